public import VaultCrypto
public import VaultEncoding
public import VaultPacking

/// A node's signature that it has a shard on stable storage.
public struct StoredReceipt: Hashable, Sendable {
  /// The envelope's tag.
  public static let tag = "vault/stored@1"
  /// The vault that the shard belongs to.
  public let vault: DID
  /// The node that signs.
  public let node: DID
  /// The shard.
  public let shard: ShardName
  /// Its length in bytes.
  public let sizeBytes: Int
  /// The node's clock.
  public let time: Timestamp
  /// The envelope as signed.
  public let bytes: [UInt8]

  /// Signs a receipt.
  public init(
    vault: DID, shard: ShardName, sizeBytes: Int, time: Timestamp, by key: SigningKey
  ) throws {
    let payload = CBORValue.map([
      ("vault", .text(vault.text)), ("node", .text(key.did.text)),
      ("shard", .bytes(shard.root.bytes)), ("size", .unsigned(UInt64(sizeBytes))),
      ("time", .unsigned(UInt64(max(0, time.milliseconds)))),
    ])
    self.vault = vault
    node = key.did
    self.shard = shard
    self.sizeBytes = sizeBytes
    self.time = time
    bytes = try Envelope.signed(tag: Self.tag, payload: payload, by: key).bytes
  }

  /// Decodes a receipt and verifies its node's signature.
  public init(verifying bytes: [UInt8]) throws(MessageError) {
    let (fields, _) = try Statement.open(
      bytes, tag: Self.tag, signerKey: "node", keys: ["vault", "node", "shard", "size", "time"])
    vault = try fields.did("vault")
    node = try fields.did("node")
    shard = ShardName(root: try fields.bytes32("shard"))
    sizeBytes = try fields.int("size")
    time = Timestamp(milliseconds: Int64(try fields.int("time")))
    self.bytes = bytes
  }
}
