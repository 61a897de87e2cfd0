public import VaultCrypto
public import VaultEncoding

/// What a device signs after each change: how far its feed in a scope goes and what it had seen of
/// the others.
///
/// Each scope has heads of its own, numbered by themselves: who may know of one scope only learns
/// nothing of the others from them.
/// Heads make rollback, forks and withholding visible (docs/spec/sync.md section 8).
public struct Head: Hashable, Sendable {
  /// The envelope's tag.
  public static let tag = "vault/head@1"
  /// The vault.
  public let vault: DID
  /// The device that signs.
  public let device: DID
  /// 1, 2, … for each device and scope.
  public let sequence: Int
  /// The device's own feed: one, since a head is of one scope.
  public let feeds: [ScopeID: FeedPosition]
  /// The scope; nil for a head of the root folder before anything was written.
  public var scope: ScopeID? { feeds.keys.first }
  /// The policy log's heads as the device knows them.
  public let policy: [CID]
  /// The newest head of each other device that it has seen.
  public let seen: [DID: CID]
  /// The device's clock; shown to people, never decisive.
  public let time: Timestamp
  /// The envelope as signed.
  public let bytes: [UInt8]
  /// Names this head.
  public let cid: CID

  /// Signs a head.
  public init(
    vault: DID, sequence: Int, feeds: [ScopeID: FeedPosition], policy: [CID], seen: [DID: CID],
    time: Timestamp, by key: SigningKey
  ) throws {
    let own = feeds.sorted { $0.key < $1.key }.map { scope, position -> CBORValue in
      .array([
        .bytes(scope.bytes), .unsigned(UInt64(position.count)), .bytes(position.chain.bytes),
      ])
    }
    let payload = CBORValue.map([
      ("vault", .text(vault.text)), ("device", .text(key.did.text)),
      ("seq", .unsigned(UInt64(sequence))), ("feeds", .array(own)),
      ("policy", .array(policy.sorted().map { .link($0) })),
      ("seen", .map(seen.map { ($0.key.text, .link($0.value)) })),
      ("time", .unsigned(UInt64(max(0, time.milliseconds)))),
    ])
    let envelope = try Envelope.signed(tag: Self.tag, payload: payload, by: key)
    self.vault = vault
    self.device = key.did
    self.sequence = sequence
    self.feeds = feeds
    self.policy = policy.sorted()
    self.seen = seen
    self.time = time
    self.bytes = envelope.bytes
    self.cid = envelope.cid
  }

  /// Decodes a head and verifies its device's signature.
  public init(verifying bytes: [UInt8]) throws(MessageError) {
    try self.init(bytes, isTrusted: false)
  }

  /// Decodes a head that this program verified before and kept.
  ///
  /// Never for bytes from elsewhere.
  public init(restoring bytes: [UInt8]) throws(MessageError) {
    try self.init(bytes, isTrusted: true)
  }

  private init(_ bytes: [UInt8], isTrusted: Bool) throws(MessageError) {
    let (fields, envelope) = try Statement.open(
      bytes, tag: Self.tag, signerKey: "device",
      keys: ["vault", "device", "seq", "feeds", "policy", "seen", "time"], isTrusted: isTrusted)
    vault = try fields.did("vault")
    device = try fields.did("device")
    sequence = try fields.int("seq")
    var feeds: [ScopeID: FeedPosition] = [:]
    for item in try fields.array("feeds", countMax: 1) {
      let parts = try item.wireTuple("feed", count: 3)
      feeds[try parts[0].wireScope("scope")] = FeedPosition(
        count: try parts[1].wireInt("count"), chain: try parts[2].wireBytes32("chain"))
    }
    self.feeds = feeds
    policy = try fields.array("policy", countMax: SyncLimits.policyEntriesMax).map {
      value throws(MessageError) in try value.wireLink("policy")
    }
    guard case .map(let pairs) = try fields.value("seen") else { throw .field("seen is not a map") }
    guard pairs.count <= SyncLimits.dependenciesMax else { throw .limit("seen") }
    var seen: [DID: CID] = [:]
    for pair in pairs {
      seen[try CBORValue.text(pair.key).wireDID("seen")] = try pair.value.wireLink("seen")
    }
    self.seen = seen
    time = Timestamp(milliseconds: Int64(try fields.int("time")))
    self.bytes = bytes
    cid = envelope.cid
  }
}

extension CBORValue {
  func wireLink(_ what: String) throws(MessageError) -> CID {
    guard case .link(let cid) = self else { throw .field("\(what) is not a link") }
    return cid
  }
}
