/// The name of an attribute: a small number.
///
/// docs/spec/crdt.md, "Attributes".
public struct AttributeKey: RawRepresentable, Hashable, Comparable, Sendable {
  /// The number.
  public let rawValue: UInt8

  /// Any number may be used; the first 32 are for the project's own.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Permission bits: UInt16, big-endian.
  public static let mode = AttributeKey(rawValue: 1)
  /// Modification time: seconds as Int64 and nanoseconds as UInt32, both big-endian.
  public static let modificationTime = AttributeKey(rawValue: 2)
  /// Extended attributes as one value.
  public static let extendedAttributes = AttributeKey(rawValue: 3)
  /// Files with the same group are names of one file (hard links): 16 bytes drawn at random.
  public static let linkGroup = AttributeKey(rawValue: 4)

  /// A folder with it stands for a scope: 16 bytes (docs/spec/sharing.md).
  ///
  /// A deletion that has not seen it does not hide the folder (docs/spec/crdt.md, "Deletion").
  public static let scope = AttributeKey(rawValue: 5)
  /// What something was in the scope around, before its folder became a scope: 16 bytes.
  public static let origin = AttributeKey(rawValue: 6)
  /// Never set: removing it changes nothing.
  static let none = AttributeKey(rawValue: 255)

  /// Compares the numbers.
  public static func < (left: AttributeKey, right: AttributeKey) -> Bool {
    left.rawValue < right.rawValue
  }
}
