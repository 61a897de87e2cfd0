public import VaultEncoding

/// A strict reader of one message: exactly the expected keys, each with the expected type.
///
/// `public` because statements and messages outside this module are read by the same rules.
public struct MessageFields {
  private let map: CBORValue

  /// Decodes `bytes` as a map with exactly `keys`.
  public init(_ bytes: [UInt8], bytesMax: Int, keys: [String]) throws(MessageError) {
    try self.init(try CBORValue.wireMessage(bytes, bytesMax: bytesMax), keys: keys)
  }

  /// Takes a decoded value that must be a map with exactly `keys`.
  public init(_ value: CBORValue, keys: [String]) throws(MessageError) {
    guard case .map(let pairs) = value else { throw .field("not a map") }
    guard pairs.count == keys.count else {
      throw .keys("expected \(keys.joined(separator: ", "))")
    }
    for key in keys where value[key] == nil { throw .keys("\(key) is missing") }
    map = value
  }

  /// The value under `key`, of any type.
  public func value(_ key: String) throws(MessageError) -> CBORValue {
    guard let value = map[key] else { throw .keys("\(key) is missing") }
    return value
  }

  /// A byte string, of `count` bytes when that is given.
  public func bytes(_ key: String, count: Int? = nil) throws(MessageError) -> [UInt8] {
    guard case .bytes(let bytes) = try value(key) else { throw .field("\(key) is not bytes") }
    if let count, bytes.count != count { throw .field("\(key) is not \(count) bytes") }
    return bytes
  }

  /// A 32-byte digest or key.
  public func bytes32(_ key: String) throws(MessageError) -> Bytes32 {
    guard let value = Bytes32(try bytes(key)) else { throw .field("\(key) is not 32 bytes") }
    return value
  }

  /// A text.
  public func text(_ key: String) throws(MessageError) -> String {
    guard case .text(let text) = try value(key) else { throw .field("\(key) is not text") }
    return text
  }

  /// A text or null.
  public func optionalText(_ key: String) throws(MessageError) -> String? {
    if case .null = try value(key) { return nil }
    return try text(key)
  }

  /// A whole number from 0 to 2^53 − 1.
  public func int(_ key: String) throws(MessageError) -> Int {
    try value(key).wireInt(key)
  }

  /// A truth value.
  public func bool(_ key: String) throws(MessageError) -> Bool {
    try value(key).wireBool(key)
  }

  /// A DID in its text form.
  public func did(_ key: String) throws(MessageError) -> DID {
    try value(key).wireDID(key)
  }

  /// An array of at most `countMax` items.
  public func array(_ key: String, countMax: Int) throws(MessageError) -> [CBORValue] {
    try value(key).wireArray(key, countMax: countMax)
  }

  /// An array of byte strings, each at most `bytesMax` long.
  public func byteStrings(
    _ key: String, countMax: Int, bytesMax: Int
  ) throws(MessageError) -> [[UInt8]] {
    var result: [[UInt8]] = []
    for item in try array(key, countMax: countMax) {
      guard case .bytes(let bytes) = item, bytes.count <= bytesMax else {
        throw .field("\(key) holds something else than bytes up to \(bytesMax)")
      }
      result.append(bytes)
    }
    return result
  }
}

extension CBORValue {
  /// The largest integer that a message may carry: exact in every JSON reader too.
  static let wireIntMax: UInt64 = (1 << 53) - 1

  /// Decodes a whole message.
  static func wireMessage(_ bytes: [UInt8], bytesMax: Int) throws(MessageError) -> CBORValue {
    guard bytes.count <= bytesMax else { throw .limit("message of \(bytes.count) bytes") }
    do {
      return try DAGCBOR.decode(
        bytes, limits: CBORLimits(bytesMax: bytesMax, depthMax: 10, itemsMax: 1 << 20))
    } catch {
      throw .encoding("\(error)")
    }
  }

  func wireBool(_ what: String) throws(MessageError) -> Bool {
    guard case .bool(let bool) = self else { throw .field("\(what) is not a bool") }
    return bool
  }

  func wireInt(_ what: String) throws(MessageError) -> Int {
    guard case .unsigned(let number) = self, number <= Self.wireIntMax else {
      throw .field("\(what) is not a whole number below 2^53")
    }
    return Int(number)
  }

  func wireDID(_ what: String) throws(MessageError) -> DID {
    guard case .text(let text) = self, text.utf8.count <= 128, let did = try? DID(text) else {
      throw .field("\(what) is not an Ed25519 did:key")
    }
    return did
  }

  func wireArray(_ what: String, countMax: Int) throws(MessageError) -> [CBORValue] {
    guard case .array(let items) = self else { throw .field("\(what) is not an array") }
    guard items.count <= countMax else { throw .limit("\(what) has \(items.count) items") }
    return items
  }

  func wireTuple(_ what: String, count: Int) throws(MessageError) -> [CBORValue] {
    let items = try wireArray(what, countMax: count)
    guard items.count == count else { throw .field("\(what) has \(items.count) items") }
    return items
  }

  func wireBytes(_ what: String, count: Int) throws(MessageError) -> [UInt8] {
    guard case .bytes(let bytes) = self, bytes.count == count else {
      throw .field("\(what) is not \(count) bytes")
    }
    return bytes
  }

  func wireBytes32(_ what: String) throws(MessageError) -> Bytes32 {
    guard case .bytes(let bytes) = self, let value = Bytes32(bytes) else {
      throw .field("\(what) is not 32 bytes")
    }
    return value
  }

  func wireScope(_ what: String) throws(MessageError) -> ScopeID {
    guard case .bytes(let bytes) = self, let scope = ScopeID(bytes) else {
      throw .field("\(what) is not a scope id")
    }
    return scope
  }
}
