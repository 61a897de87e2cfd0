import VaultEncoding

/// What a client brings to a node: policy first, then entries, heads, checkpoints.
public struct PushRequest: Hashable, Sendable {
  /// Policy entries that the node lacks.
  public var policy: [[UInt8]]
  /// Runs of entries that the node lacks.
  public var runs: [FeedRun]
  /// Heads that the node lacks or has older.
  public var heads: [[UInt8]]
  /// Checkpoints whose pieces the node has.
  public var checkpoints: [[UInt8]]

  /// Makes a push.
  public init(
    policy: [[UInt8]] = [], runs: [FeedRun] = [], heads: [[UInt8]] = [],
    checkpoints: [[UInt8]] = []
  ) {
    self.policy = policy
    self.runs = runs
    self.heads = heads
    self.checkpoints = checkpoints
  }

  /// Whether there is nothing to bring.
  public var isEmpty: Bool {
    policy.isEmpty && runs.isEmpty && heads.isEmpty && checkpoints.isEmpty
  }

  /// The message as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("policy", .array(policy.map { .bytes($0) })), ("entries", runs.wireValue),
        ("heads", .array(heads.map { .bytes($0) })),
        ("checkpoints", .array(checkpoints.map { .bytes($0) })),
      ]))
  }

  /// Decodes a push.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.messageBytesMax,
      keys: ["policy", "entries", "heads", "checkpoints"])
    policy = try fields.byteStrings(
      "policy", countMax: SyncLimits.policyEntriesMax, bytesMax: SyncLimits.statementBytesMax)
    checkpoints = try fields.byteStrings(
      "checkpoints", countMax: SyncLimits.feedsMax, bytesMax: SyncLimits.statementBytesMax)
    runs = try [FeedRun](wire: try fields.value("entries"))
    heads = try fields.byteStrings(
      "heads", countMax: SyncLimits.feedsMax, bytesMax: SyncLimits.statementBytesMax)
  }
}
