/// The keys of a closed map: which it must have, and which it may.
///
/// The idea: the pairs of a map are sorted, so a schema that has sorted its keys once checks a map
/// in one walk beside it, and afterwards knows where each value lies without looking for it. With
/// the keys `by`, `seq` and, optional, `prev` a map of `by` and `seq` is walked in two steps, and
/// `prev` is noted as absent.
public struct CBORSchema: Sendable {
  /// As many as absences are noted for.
  public static let keysMax = 64

  private struct Key {
    let text: String
    let isOptional: Bool
  }

  /// Sorted as in a map.
  private let keys: [Key]

  /// Takes keys in any order.
  ///
  /// More than `keysMax`, one twice, or one that is not ASCII is our mistake.
  public init(required: [String], optional: [String] = []) {
    let map = CBORMap(
      required.map { CBORPair(key: $0, value: .bool(false)) }
        + optional.map { CBORPair(key: $0, value: .bool(true)) })
    precondition(map.count == required.count + optional.count, "a key is there twice")
    precondition(map.count <= Self.keysMax, "a schema has too many keys")
    keys = map.map { Key(text: $0.key, isOptional: $0.value.asBool == true) }
    precondition(keys.allSatisfy { $0.text.utf8.allSatisfy { $0 < 0x80 } }, "a key is not ASCII")
  }

  /// The fields of a map that has all required keys and none but these; nil for another map.
  ///
  /// O(keys).
  public func fields(of map: CBORMap) -> Fields? {
    guard map.count <= keys.count else { return nil }
    var absent: UInt64 = 0
    var position = 0
    for index in keys.indices {
      if position < map.count, map.pairs[position].key.isSame(asASCII: keys[index].text) {
        position += 1
      } else if keys[index].isOptional {
        absent |= 1 << UInt64(index)
      } else {
        return nil
      }
    }
    return position == map.count ? Fields(map: map, schema: self, absent: absent) : nil
  }

  private func index(of key: String) -> Int? {
    for index in keys.indices where keys[index].text.isSame(asASCII: key) { return index }
    return nil
  }

  /// A map that has the keys of a schema.
  public struct Fields: Sendable {
    /// The map.
    public let map: CBORMap
    private let schema: CBORSchema
    /// A bit for each key of the schema that the map does not have.
    private let absent: UInt64

    fileprivate init(map: CBORMap, schema: CBORSchema, absent: UInt64) {
      self.map = map
      self.schema = schema
      self.absent = absent
    }

    /// The value of a key, nil when it is left out; a key that the schema has not is our mistake.
    public subscript(key: String) -> CBORValue? {
      guard let index = schema.index(of: key) else {
        preconditionFailure("\(key) is no key of the schema")
      }
      let bit: UInt64 = 1 << UInt64(index)
      guard absent & bit == 0 else { return nil }
      return map.pairs[index - (absent & (bit - 1)).nonzeroBitCount].value
    }
  }
}
