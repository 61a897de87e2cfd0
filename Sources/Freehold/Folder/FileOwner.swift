import Glibc

/// Whose files are one's own: the user and group that this process acts as.
struct FileOwner {
  var user: UInt32
  var group: UInt32

  static var current: FileOwner { FileOwner(user: geteuid(), group: getegid()) }
}
