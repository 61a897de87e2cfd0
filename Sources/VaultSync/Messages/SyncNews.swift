import VaultEncoding

/// What a node holds and the client lacks, in the parts that the client named.
public struct SyncNews: Hashable, Sendable {
  /// What the node holds in those parts.
  public var shown: StateParts
  /// Policy entries that the client lacks.
  public var policy: [[UInt8]]
  /// Heads that the client lacks or has older.
  public var heads: [[UInt8]]
  /// Entries that the client lacks.
  public var runs: [FeedRun]
  /// The newest checkpoints of the scopes of which the client named no feed, the newest first.
  public var checkpoints: [[UInt8]]
  /// Whether there is more than fitted.
  public var more: Bool

  /// Begins with what the node shows.
  public init(shown: StateParts) {
    self.shown = shown
    policy = []
    heads = []
    runs = []
    checkpoints = []
    more = false
  }
}

extension SyncNews {
  private static let keys = ["shown", "policy", "heads", "entries", "checkpoints", "more"]

  var wireValue: CBORValue {
    .map([
      ("shown", shown.wireValue), ("policy", .array(policy.map { .bytes($0) })),
      ("heads", .array(heads.map { .bytes($0) })), ("entries", runs.wireValue),
      ("checkpoints", .array(checkpoints.map { .bytes($0) })), ("more", .bool(more)),
    ])
  }

  init(wire value: CBORValue) throws(MessageError) {
    let fields = try MessageFields(value, keys: Self.keys)
    shown = try StateParts(wire: try fields.value("shown"))
    policy = try fields.byteStrings(
      "policy", countMax: SyncLimits.policyEntriesMax, bytesMax: SyncLimits.statementBytesMax)
    heads = try fields.byteStrings(
      "heads", countMax: SyncLimits.feedsMax, bytesMax: SyncLimits.statementBytesMax)
    runs = try [FeedRun](wire: try fields.value("entries"))
    checkpoints = try fields.byteStrings(
      "checkpoints", countMax: SyncLimits.feedsMax, bytesMax: SyncLimits.statementBytesMax)
    more = try fields.bool("more")
  }
}
