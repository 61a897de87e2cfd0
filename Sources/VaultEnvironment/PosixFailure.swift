import Glibc

/// A failed call of the kernel, on its way to a `DiskError`.
struct PosixFailure {
  let number: Int32
  let verb: String
  let path: DiskPath

  init(_ number: Int32, _ verb: String, _ path: DiskPath) {
    self.number = number
    self.verb = verb
    self.path = path
  }

  var error: DiskError {
    DiskError(code, at: path, "could not \(verb) this (\(reason))")
  }

  private var code: DiskError.Code {
    switch number {
    case ENOENT: .notFound
    case EEXIST: .exists
    case ENOSPC, EDQUOT, EFBIG: .noSpace
    case EWOULDBLOCK, EBUSY, ETXTBSY: .busy
    case EACCES, EPERM, EROFS: .denied
    case EISDIR, ENOTDIR, ENOTEMPTY, ELOOP, EXDEV: .wrongKind
    case ENAMETOOLONG: .invalidPath
    case EMFILE, ENFILE: .tooManyFiles
    default: .io
    }
  }

  private var reason: String {
    switch number {
    case ENOENT: "there is no such file or folder"
    case EEXIST: "something has this name already"
    case ENOSPC: "no space left on the device"
    case EDQUOT: "the disk quota is used up"
    case EFBIG: "the file would be longer than allowed"
    case EACCES, EPERM: "permission denied"
    case EROFS: "the file system is read-only"
    case EISDIR: "it is a folder"
    case ENOTDIR: "a step of the path is not a folder"
    case ENOTEMPTY: "the folder is not empty"
    case ELOOP: "it is a symlink"
    case EXDEV: "the target is on another file system"
    case ENAMETOOLONG: "the name is too long"
    case EMFILE, ENFILE: "too many files are open"
    case EIO: "the device failed"
    default: "error \(number)"
    }
  }
}
