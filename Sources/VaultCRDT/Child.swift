/// What a folder shows: an object under its visible name.
public struct Child: Hashable, Sendable {
  /// The object.
  public let object: ObjectID
  /// What it is.
  public let kind: ObjectKind
  /// The name to show, which no sibling shares.
  public let name: [UInt8]
  /// Whether another sibling wanted the same name earlier, so that this one is marked.
  public let isClash: Bool
}
