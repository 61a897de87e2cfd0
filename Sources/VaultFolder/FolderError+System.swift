internal import Glibc

extension FolderError.Code {
  /// The code of a system error number.
  init(number: Int32) {
    switch number {
    case ENOENT: self = .notFound
    case EEXIST: self = .exists
    case EACCES, EPERM: self = .noPermission
    case ELOOP, EXDEV: self = .leadsOutside
    case ENOTDIR, EISDIR, ENXIO, ENODEV: self = .wrongKind
    case ENOTEMPTY: self = .notEmpty
    case EILSEQ, ENAMETOOLONG, EINVAL: self = .nameRefused
    case ENOSPC, EDQUOT, EFBIG: self = .noSpace
    case EROFS: self = .readOnly
    case ENOTSUP, ENOSYS, EMLINK: self = .unsupported
    case EMFILE, ENFILE: self = .tooManyOpenFiles
    case EIO, ESTALE: self = .inputOutput
    default: self = .other
    }
  }
}

/// The result of a CPlatform call, or the error that its negative value means.
@discardableResult
func check<Result: SignedInteger>(
  _ result: Result, at path: @autoclosure () -> FolderPath?, _ action: String
) throws(FolderError) -> Result {
  guard result >= 0 else { throw FolderError(result: result, at: path(), action: action) }
  return result
}
