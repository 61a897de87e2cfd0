/// A name and a value that a user or a program attached to a file: `user.…` attributes only.
public struct ExtendedAttribute: Hashable, Sendable {
  /// The name with its `user.`, as bytes.
  public let name: [UInt8]
  /// The value.
  public let value: [UInt8]

  /// The start of the names that a vault keeps.
  public static let namePrefix: [UInt8] = [UInt8]("user.".utf8)
  /// The longest name that Linux knows.
  public static let nameBytesMax = 255

  /// An attribute, or nothing when the name is not one of a user's attributes.
  public init?(name: [UInt8], value: [UInt8]) {
    guard name.starts(with: ExtendedAttribute.namePrefix),
      name.count > ExtendedAttribute.namePrefix.count,
      name.count <= ExtendedAttribute.nameBytesMax, !name.contains(0),
      value.count <= ExtendedAttributes.bytesMax
    else { return nil }
    self.name = name
    self.value = value
  }
}

extension ExtendedAttribute: Comparable {
  /// In byte order of the names, then of the values.
  public static func < (left: ExtendedAttribute, right: ExtendedAttribute) -> Bool {
    left.name == right.name
      ? left.value.lexicographicallyPrecedes(right.value)
      : left.name.lexicographicallyPrecedes(right.name)
  }
}
