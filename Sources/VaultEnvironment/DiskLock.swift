/// A lock that is held for as long as this lives, and no longer than the process does.
public protocol DiskLock: AnyObject, Sendable {
  /// Lets go now instead of at the end of this object's life. Calling it again does nothing.
  func release()
}
