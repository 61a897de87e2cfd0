public import VaultEncoding

/// A node's answer to a `SyncRequest`.
public struct SyncResponse: Hashable, Sendable {
  /// What the node says of its state.
  public enum Content: Hashable, Sendable {
    /// The client's digest is that of the node's state.
    case same
    /// It is not; these are the digests of the parts.
    case differs(StateOutline)
    /// What the client lacks in the parts that it named.
    case news(SyncNews)
  }

  /// The node's clock.
  public var time: Timestamp
  /// How many bytes the vault may store at this node.
  public var quotaBytes: Int
  /// How many it stores.
  public var usedBytes: Int
  /// A `PushReceipt` over the node's state and the feeds of the parts named, if one was asked for.
  public var receipt: [UInt8]?
  /// What the node says of its state; signed by nobody.
  public var content: Content

  /// Makes an answer.
  public init(
    _ content: Content, time: Timestamp, quotaBytes: Int, usedBytes: Int,
    receipt: [UInt8]? = nil
  ) {
    self.content = content
    self.time = time
    self.quotaBytes = quotaBytes
    self.usedBytes = usedBytes
    self.receipt = receipt
  }

  /// What the client lacks, if the answer says so.
  public var news: SyncNews? {
    if case .news(let news) = content { news } else { nil }
  }

  /// The message as sent: `[time, quota, used, receipt or null, content]`.
  ///
  /// The content is null for the same, an array for the outline, a map for news.
  public var bytes: [UInt8] {
    let said: CBORValue =
      switch content {
      case .same: .null
      case .differs(let outline): outline.wireValue
      case .news(let news): news.wireValue
      }
    return DAGCBOR.encode(
      .array([
        .unsigned(UInt64(max(0, time.milliseconds))),
        .unsigned(UInt64(max(0, quotaBytes))), .unsigned(UInt64(max(0, usedBytes))),
        receipt.map { .bytes($0) } ?? .null, said,
      ]))
  }

  /// Decodes an answer.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let value = try CBORValue.wireMessage(bytes, bytesMax: SyncLimits.messageBytesMax)
    let fields = try value.wireTuple("answer", count: 5)
    time = Timestamp(milliseconds: Int64(try fields[0].wireInt("time")))
    quotaBytes = try fields[1].wireInt("quota")
    usedBytes = try fields[2].wireInt("used")
    if fields[3] != .null {
      guard case .bytes(let bytes) = fields[3], bytes.count <= SyncLimits.receiptBytesMax else {
        throw .field("receipt is not bytes up to \(SyncLimits.receiptBytesMax)")
      }
      receipt = bytes
    }
    switch fields[4] {
    case .null: content = .same
    case .array: content = .differs(try StateOutline(wire: fields[4]))
    default: content = .news(try SyncNews(wire: fields[4]))
    }
  }
}
