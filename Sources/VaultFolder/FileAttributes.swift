/// What belongs to a file beside its content.
///
/// What is nothing here is left as it is.
public struct FileAttributes: Hashable, Sendable {
  /// The twelve permission bits.
  ///
  /// A writer's options say whether set-id bits count.
  public var permissions: UInt32?
  /// The modification time, exact to the nanosecond as far as the file system goes.
  public var modified: FileTime?
  /// All user attributes: others that are there are removed.
  public var extended: [ExtendedAttribute]?

  /// Attributes of these values.
  public init(
    permissions: UInt32? = nil, modified: FileTime? = nil, extended: [ExtendedAttribute]? = nil
  ) {
    self.permissions = permissions
    self.modified = modified
    self.extended = extended
  }
}
