public import VaultEncoding

/// The one question of a sync, which asks what is new.
public struct SyncRequest: Hashable, Sendable {
  /// What the client believes the node holds.
  public var digest: Bytes32
  /// What the client holds itself, or nil when it expects nothing new.
  public var known: Known?
  /// How many bytes of entries the client takes in one answer.
  public var entriesBytesMost: Int

  /// What a client holds.
  public struct Known: Hashable, Sendable {
    /// How far its feeds go.
    public var feeds: FeedVector
    /// The first 8 bytes of the digest of each policy entry's CID.
    public var policy: [[UInt8]]
    /// The first 8 bytes of the digest of each newest head's CID.
    public var heads: [DID: [UInt8]]

    /// Gathers what a client holds.
    public init(feeds: FeedVector, policy: [[UInt8]], heads: [DID: [UInt8]]) {
      self.feeds = feeds
      self.policy = policy
      self.heads = heads
    }
  }

  /// Makes a request.
  public init(
    digest: Bytes32, known: Known?, entriesBytesMost: Int = SyncLimits.entriesBytesWanted
  ) {
    self.digest = digest
    self.known = known
    self.entriesBytesMost = entriesBytesMost
  }

  /// The message as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("digest", .bytes(digest.bytes)), ("known", known?.wireValue ?? .null),
        ("most", .unsigned(UInt64(entriesBytesMost))),
      ]))
  }

  /// Decodes a request.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.messageBytesMax, keys: ["digest", "known", "most"])
    digest = try fields.bytes32("digest")
    let value = try fields.value("known")
    known = value == .null ? nil : try Known(wire: value)
    entriesBytesMost = min(try fields.int("most"), SyncLimits.entriesBytesWanted)
  }
}

extension SyncRequest.Known {
  /// The length of the prefixes that stand for CIDs here: enough to tell a vault's entries apart;
  /// a collision only means that an entry is not sent this time.
  public static let prefixBytes = 8

  var wireValue: CBORValue {
    .map([
      ("feeds", feeds.wireValue), ("policy", .array(policy.map { .bytes($0) })),
      (
        "heads",
        .array(
          heads.sorted { $0.key < $1.key }.map { .array([.text($0.key.text), .bytes($0.value)]) })
      ),
    ])
  }

  init(wire value: CBORValue) throws(MessageError) {
    let fields = try MessageFields(value, keys: ["feeds", "policy", "heads"])
    feeds = try FeedVector(wire: try fields.value("feeds"))
    policy = try fields.array("policy", countMax: SyncLimits.policyEntriesMax).map {
      item throws(MessageError) in try item.wireBytes("policy", count: Self.prefixBytes)
    }
    heads = [:]
    for item in try fields.array("heads", countMax: SyncLimits.feedsMax) {
      let parts = try item.wireTuple("head", count: 2)
      heads[try parts[0].wireDID("head")] = try parts[1].wireBytes(
        "head", count: Self.prefixBytes)
    }
  }
}

extension CID {
  /// The short form that stands for this CID in a `SyncRequest`.
  public var syncPrefix: [UInt8] { Array(digest.bytes.prefix(SyncRequest.Known.prefixBytes)) }
}
