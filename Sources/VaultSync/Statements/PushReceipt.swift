public import VaultCrypto
public import VaultEncoding

/// A node's signature that it holds a state: evidence against it if it later shows less.
public struct PushReceipt: Hashable, Sendable {
  /// The envelope's tag.
  public static let tag = "vault/receipt@1"
  /// The vault.
  public let vault: DID
  /// The node that signs.
  public let node: DID
  /// The digest of everything that the node holds of the vault.
  public let digest: Bytes32
  /// The feeds that a push touched or that were asked about, as they are now.
  public let feeds: FeedVector
  /// The names of the policy entries that no other names, as the node has them now: it judges by
  /// these and all that they build on.
  public let policy: [CID]
  /// The node's clock.
  public let time: Timestamp
  /// The envelope as signed.
  public let bytes: [UInt8]

  /// Signs a receipt.
  ///
  /// Of very many feeds, or heads of the policy, the first few are named; the digest covers all.
  public init(
    vault: DID, digest: Bytes32, feeds: FeedVector, policy: [CID], time: Timestamp,
    by key: SigningKey
  ) throws {
    let feeds = FeedVector(
      uniqueKeysWithValues: feeds.sorted { $0.key < $1.key }.prefix(SyncLimits.receiptFeedsMax)
        .map { ($0.key, $0.value) })
    let policy = Array(policy.sorted().prefix(SyncLimits.receiptFeedsMax))
    let payload = CBORValue.map([
      ("vault", .text(vault.text)), ("node", .text(key.did.text)),
      ("digest", .bytes(digest.bytes)), ("feeds", feeds.wireValue),
      ("policy", .array(policy.map { .link($0) })),
      ("time", .unsigned(UInt64(max(0, time.milliseconds)))),
    ])
    self.vault = vault
    node = key.did
    self.digest = digest
    self.feeds = feeds
    self.policy = policy
    self.time = time
    bytes = try Envelope.signed(tag: Self.tag, payload: payload, by: key).bytes
  }

  /// Decodes a receipt and verifies its node's signature.
  public init(verifying bytes: [UInt8]) throws(MessageError) {
    let (fields, _) = try Statement.open(
      bytes, tag: Self.tag, signerKey: "node",
      keys: ["vault", "node", "digest", "feeds", "policy", "time"])
    vault = try fields.did("vault")
    node = try fields.did("node")
    digest = try fields.bytes32("digest")
    feeds = try FeedVector(wire: try fields.value("feeds"))
    policy = try fields.array("policy", countMax: SyncLimits.policyEntriesMax).map {
      value throws(MessageError) in try value.wireLink("policy")
    }
    time = Timestamp(milliseconds: Int64(try fields.int("time")))
    self.bytes = bytes
  }
}
