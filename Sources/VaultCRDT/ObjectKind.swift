/// What an object is; fixed when it is created.
public enum ObjectKind: UInt8, Hashable, Sendable, CaseIterable {
  /// Holds other objects.
  case folder = 0
  /// Has content.
  case file = 1
  /// Has content: the target's path.
  case symlink = 2
}
