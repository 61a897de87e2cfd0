import VaultEncoding

/// A part of a vault's policy log, for a device that has nothing of it.
public struct PolicyResponse: Hashable, Sendable {
  /// The beginning of the log.
  public var genesis: [UInt8]
  /// Entries in the order in which they came to the node: each after what it builds on.
  public var entries: [[UInt8]]
  /// Whether there are more after these.
  public var more: Bool

  /// Makes an answer.
  public init(genesis: [UInt8], entries: [[UInt8]], more: Bool) {
    self.genesis = genesis
    self.entries = entries
    self.more = more
  }

  /// The message as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("genesis", .bytes(genesis)), ("entries", .array(entries.map { .bytes($0) })),
        ("more", .bool(more)),
      ]))
  }

  /// Decodes an answer.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: SyncLimits.messageBytesMax, keys: ["genesis", "entries", "more"])
    genesis = try fields.bytes("genesis")
    entries = try fields.byteStrings(
      "entries", countMax: SyncLimits.policyEntriesMax, bytesMax: SyncLimits.statementBytesMax)
    more = try fields.bool("more")
  }
}
