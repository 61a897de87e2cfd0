/// A value that goes into a statement.
public enum SQLValue: Sendable, Hashable {
  /// A whole number.
  case integer(Int64)
  /// Bytes; also none at all, which is not the same as null.
  case bytes([UInt8])
  /// Text.
  case text(String)
  /// No value.
  case null

  /// A whole number of any smaller type.
  public static func int(_ value: Int) -> SQLValue { .integer(Int64(value)) }

  /// A number from outside; throws `.outOfRange` above 2^63 − 1.
  public static func unsigned(_ value: UInt64) throws -> SQLValue {
    guard let integer = Int64(exactly: value) else {
      throw StoreError(.outOfRange, "the number \(value) is larger than the store can hold")
    }
    return .integer(integer)
  }

  /// Bytes, or null for nil.
  public static func optional(_ bytes: [UInt8]?) -> SQLValue { bytes.map(SQLValue.bytes) ?? .null }
}
