public import VaultEncoding

/// The question of a sync: first one digest, then, if that was wrong, the parts that differ.
public struct SyncRequest: Hashable, Sendable {
  /// The digest of what the client believes the node holds; zero when it believes nothing.
  public var digest: Bytes32
  /// Whether the node is to sign what it holds.
  public var wantsReceipt: Bool
  /// What the client holds, where it knows that the two differ.
  public var known: StateParts?
  /// How many bytes of entries the client takes in the answer; 0: none.
  public var entriesBytesMost: Int

  /// Makes a request.
  public init(
    digest: Bytes32, wantsReceipt: Bool = false, known: StateParts? = nil,
    entriesBytesMost: Int = SyncLimits.entriesBytesWanted
  ) {
    self.digest = digest
    self.wantsReceipt = wantsReceipt
    self.known = known
    self.entriesBytesMost = known == nil ? 0 : entriesBytesMost
  }

  /// The message as sent: `[digest, wants a receipt, parts or null, most]`.
  public var bytes: [UInt8] {
    DAGCBOR.encode(
      .array([
        .bytes(digest.bytes), .bool(wantsReceipt), known?.wireValue ?? .null,
        .unsigned(UInt64(entriesBytesMost)),
      ]))
  }

  /// Decodes a request.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let value = try CBORValue.wireMessage(bytes, bytesMax: SyncLimits.messageBytesMax)
    let fields = try value.wireTuple("request", count: 4)
    digest = try fields[0].wireBytes32("digest")
    wantsReceipt = try fields[1].wireBool("receipt")
    known = fields[2] == .null ? nil : try StateParts(wire: fields[2])
    entriesBytesMost = min(try fields[3].wireInt("most"), SyncLimits.entriesBytesWanted)
  }
}
