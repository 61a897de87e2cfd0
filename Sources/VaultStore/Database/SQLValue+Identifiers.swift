public import VaultEncoding

extension SQLValue {
  /// The 32 bytes of a key or digest.
  public static func bytes32(_ value: Bytes32) -> SQLValue { .bytes(value.bytes) }

  /// The 32 bytes of a DID's key.
  public static func did(_ value: DID) -> SQLValue { .bytes(value.key.bytes) }

  /// The 16 bytes of a scope.
  public static func scope(_ value: ScopeID) -> SQLValue { .bytes(value.bytes) }

  /// The 36 bytes of a CID.
  public static func cid(_ value: CID) -> SQLValue { .bytes(value.bytes) }

  /// Milliseconds since 1970.
  public static func time(_ value: Timestamp) -> SQLValue { .integer(value.milliseconds) }
}

extension DatabaseRow {
  /// A CID; throws `.corrupt` for anything else.
  public func cid(_ column: Int) throws -> CID {
    guard let value = try? CID(bytes: bytes(column)) else { throw damaged(column) }
    return value
  }

  /// A moment.
  public func time(_ column: Int) -> Timestamp { Timestamp(milliseconds: integer(column)) }
}
