public import VaultEncoding

/// A node's answer to a `SyncRequest`.
public struct SyncResponse: Hashable, Sendable {
  /// Whether the client's digest was right: then everything below is empty.
  public var same: Bool
  /// How far the node's feeds go.
  public var feeds: FeedVector
  /// Policy entries that the client lacks.
  public var policy: [[UInt8]]
  /// Prefixes of policy entries that the node lacks.
  public var wantedPolicy: [[UInt8]]
  /// Heads that the client lacks or has older.
  public var heads: [[UInt8]]
  /// Entries that the client lacks.
  public var runs: [FeedRun]
  /// Whether there are more entries than fitted.
  public var more: Bool
  /// The node's clock.
  public var time: Timestamp
  /// How many bytes the vault may store at this node.
  public var quotaBytes: Int
  /// How many it stores.
  public var usedBytes: Int

  /// Makes the answer to a client that is up to date.
  public init(same: Bool, time: Timestamp, quotaBytes: Int, usedBytes: Int) {
    self.same = same
    feeds = [:]
    policy = []
    wantedPolicy = []
    heads = []
    runs = []
    more = false
    self.time = time
    self.quotaBytes = quotaBytes
    self.usedBytes = usedBytes
  }

  /// The message as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("same", .bool(same)), ("feeds", feeds.wireValue),
        ("policy", .array(policy.map { .bytes($0) })),
        ("wants", .array(wantedPolicy.map { .bytes($0) })),
        ("heads", .array(heads.map { .bytes($0) })), ("entries", runs.wireValue),
        ("more", .bool(more)), ("time", .unsigned(UInt64(max(0, time.milliseconds)))),
        ("quota", .unsigned(UInt64(quotaBytes))), ("used", .unsigned(UInt64(usedBytes))),
      ]))
  }

  /// Decodes an answer.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.messageBytesMax,
      keys: [
        "same", "feeds", "policy", "wants", "heads", "entries", "more", "time", "quota", "used",
      ])
    same = try fields.bool("same")
    feeds = try FeedVector(wire: try fields.value("feeds"))
    policy = try fields.byteStrings(
      "policy", countMax: SyncLimits.policyEntriesMax, bytesMax: SyncLimits.statementBytesMax)
    wantedPolicy = try fields.byteStrings(
      "wants", countMax: SyncLimits.policyEntriesMax, bytesMax: SyncRequest.Known.prefixBytes)
    heads = try fields.byteStrings(
      "heads", countMax: SyncLimits.feedsMax, bytesMax: SyncLimits.statementBytesMax)
    runs = try [FeedRun](wire: try fields.value("entries"))
    more = try fields.bool("more")
    time = Timestamp(milliseconds: Int64(try fields.int("time")))
    quotaBytes = try fields.int("quota")
    usedBytes = try fields.int("used")
  }
}
