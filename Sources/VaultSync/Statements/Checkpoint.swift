public import VaultCrypto
public import VaultEncoding
public import VaultPacking

/// A device's signature that some sealed pieces are the state of a scope at a cut through its
/// feeds, so that a newcomer need not replay what comes before (docs/spec/sync.md section 9).
///
/// It tells a state and proves nothing about it but who says so: whoever takes it over compares it
/// with the history once that is there.
public struct Checkpoint: Hashable, Sendable {
  /// The envelope's tag.
  public static let tag = "vault/checkpoint@1"

  /// One sealed piece, stored under its Merkle root.
  public struct Piece: Hashable, Sendable {
    /// Its name.
    public let name: ShardName
    /// How many bytes it has.
    public let sizeBytes: Int

    /// Names a piece.
    public init(name: ShardName, sizeBytes: Int) {
      self.name = name
      self.sizeBytes = sizeBytes
    }
  }

  /// What a checkpoint says.
  public struct Facts: Hashable, Sendable {
    /// The vault.
    public var vault: DID
    /// The scope whose state it is.
    public var scope: ScopeID
    /// The epoch whose key seals the pieces.
    public var epoch: UInt64
    /// The cut: how far each feed of the scope goes.
    public var feeds: [DID: FeedPosition]
    /// The pieces, in order.
    public var pieces: [Piece]
    /// How many bytes the state has before it is compressed and sealed.
    public var stateBytes: Int
    /// How many bytes the entries have that it stands for.
    public var historyBytes: Int
    /// The device's clock.
    public var time: Timestamp

    /// Puts the facts together.
    public init(
      vault: DID, scope: ScopeID, epoch: UInt64, feeds: [DID: FeedPosition], pieces: [Piece],
      stateBytes: Int, historyBytes: Int, time: Timestamp
    ) {
      self.vault = vault
      self.scope = scope
      self.epoch = epoch
      self.feeds = feeds
      self.pieces = pieces
      self.stateBytes = stateBytes
      self.historyBytes = historyBytes
      self.time = time
    }
  }

  /// What it says.
  public let facts: Facts
  /// The device that signs.
  public let device: DID
  /// The envelope as signed.
  public let bytes: [UInt8]
  /// Names this statement.
  public let cid: CID

  /// How many entries it covers, over all feeds: the more, the newer.
  public var coverage: Int { facts.feeds.values.reduce(0) { $0 + $1.count } }
  /// How many bytes the pieces have.
  public var sizeBytes: Int { facts.pieces.reduce(0) { $0 + $1.sizeBytes } }

  /// Signs a checkpoint.
  public init(_ facts: Facts, by key: SigningKey) throws {
    let feeds = facts.feeds.sorted { $0.key < $1.key }.map { device, position -> CBORValue in
      .array([
        .bytes(device.key.bytes), .unsigned(UInt64(position.count)),
        .bytes(position.chain.bytes),
      ])
    }
    let pieces = facts.pieces.map { piece -> CBORValue in
      .array([.bytes(piece.name.root.bytes), .unsigned(UInt64(piece.sizeBytes))])
    }
    let payload = CBORValue.map([
      ("vault", .text(facts.vault.text)), ("device", .text(key.did.text)),
      ("scope", .bytes(facts.scope.bytes)), ("epoch", .unsigned(facts.epoch)),
      ("feeds", .array(feeds)), ("pieces", .array(pieces)),
      ("state", .unsigned(UInt64(facts.stateBytes))),
      ("history", .unsigned(UInt64(facts.historyBytes))),
      ("time", .unsigned(UInt64(max(0, facts.time.milliseconds)))),
    ])
    let envelope = try Envelope.signed(tag: Self.tag, payload: payload, by: key)
    self.facts = facts
    device = key.did
    bytes = envelope.bytes
    cid = envelope.cid
  }

  private static let keys = [
    "vault", "device", "scope", "epoch", "feeds", "pieces", "state", "history", "time",
  ]

  /// Decodes a checkpoint and verifies its device's signature.
  public init(verifying bytes: [UInt8]) throws(MessageError) {
    let (fields, envelope) = try Statement.open(
      bytes, tag: Self.tag, signerKey: "device", keys: Self.keys)
    device = try fields.did("device")
    var feeds: [DID: FeedPosition] = [:]
    for item in try fields.array("feeds", countMax: SyncLimits.checkpointFeedsMax) {
      let parts = try item.wireTuple("feed", count: 3)
      let position = FeedPosition(
        count: try parts[1].wireInt("count"), chain: try parts[2].wireBytes32("chain"))
      guard position.count > 0,
        feeds.updateValue(position, forKey: DID(key: try parts[0].wireBytes32("device"))) == nil
      else { throw .field("a feed is empty or named twice") }
    }
    var pieces: [Piece] = []
    for item in try fields.array("pieces", countMax: SyncLimits.checkpointPiecesMax) {
      let parts = try item.wireTuple("piece", count: 2)
      let size = try parts[1].wireInt("size")
      guard (1...SyncLimits.shardBytesMax).contains(size) else { throw .limit("piece") }
      pieces.append(
        Piece(name: ShardName(root: try parts[0].wireBytes32("piece")), sizeBytes: size))
    }
    guard !feeds.isEmpty, !pieces.isEmpty else { throw .field("an empty checkpoint") }
    guard case .bytes(let scopeBytes) = try fields.value("scope"), let scope = ScopeID(scopeBytes)
    else { throw .field("scope") }
    let epoch = try fields.int("epoch")
    facts = Facts(
      vault: try fields.did("vault"), scope: scope, epoch: UInt64(epoch), feeds: feeds,
      pieces: pieces, stateBytes: try fields.int("state"), historyBytes: try fields.int("history"),
      time: Timestamp(milliseconds: Int64(try fields.int("time"))))
    self.bytes = bytes
    cid = envelope.cid
  }
}
