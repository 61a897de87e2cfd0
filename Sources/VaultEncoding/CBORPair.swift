/// A key of a map and its value.
public struct CBORPair: Hashable, Sendable {
  /// The key; compares by its UTF-8 bytes.
  public let key: String
  /// The value.
  public let value: CBORValue

  /// Joins a key and a value.
  public init(key: String, value: CBORValue) {
    self.key = key
    self.value = value
  }

  /// Whether both encode to the same bytes.
  public static func == (left: CBORPair, right: CBORPair) -> Bool {
    UTF8Order.areEqual(left.key, right.key) && left.value == right.value
  }

  /// Feeds the pair to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(key)
    hasher.combine(value)
  }
}
