import VaultEncoding

/// Reads the fields of an entry or a body: a map with exactly the keys of its kind.
struct PolicyFields {
  private let fields: CBORSchema.Fields
  private let kind: String

  init(_ value: CBORValue, of kind: String, _ schema: CBORSchema) throws(PolicyError) {
    guard let fields = value.asMap.flatMap(schema.fields) else {
      throw PolicyError(.malformed, "the \(kind) does not have exactly its keys")
    }
    self.fields = fields
    self.kind = kind
  }

  /// A field with a type; `read` gives nil when the type is another.
  func required<Value>(
    _ key: String, _ read: (CBORValue) -> Value?
  ) throws(PolicyError) -> Value {
    guard let value = fields[key].flatMap(read) else { throw wrong(key) }
    return value
  }

  /// A field with a type, or null.
  func orNull<Value>(
    _ key: String, _ read: (CBORValue) -> Value?
  ) throws(PolicyError) -> Value? {
    if fields[key]?.isNull ?? true { return nil }
    return try required(key, read)
  }

  func number(_ key: String) throws(PolicyError) -> UInt64 {
    try required(key) { value in value.asUInt.flatMap { $0 <= PolicyLimits.numberMax ? $0 : nil } }
  }

  func wrong(_ key: String) -> PolicyError {
    PolicyError(.malformed, "the field \(key) of the \(kind) is wrong")
  }
}
