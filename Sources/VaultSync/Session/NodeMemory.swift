public import VaultEncoding

/// What a device remembers of what a node has said: it saves sending, and it convicts.
///
/// What a node has *shown* is signed by nobody, so it never counts as stored; yet it may never show
/// less later. What it has signed for is in its receipts.
public struct NodeMemory: Hashable, Sendable {
  /// The most entries of each feed that the node has shown or been brought.
  public private(set) var shown: FeedCounts = [:]
  /// The number of the newest head of each device that the node has shown or been brought.
  public private(set) var heads: [DID: Int] = [:]
  /// The furthest receipts.
  public private(set) var receipts = ReceiptBook()
  /// The digest of the node's state when that was last known exactly.
  ///
  /// Then `shown` and `heads` are that state, and nothing else need be compared as long as the node
  /// says that it is unchanged.
  public private(set) var digest: Bytes32?

  /// Remembers nothing.
  public init() {}

  /// Takes in what a node shows; never forgets anything further.
  public mutating func note(_ counts: FeedCounts) {
    for (feed, count) in counts where count > shown[feed] ?? 0 {
      shown[feed] = count
      digest = nil
    }
  }

  /// Takes in a head that the node shows or was brought.
  public mutating func note(head sequence: Int, of device: DID) {
    guard sequence > heads[device] ?? 0 else { return }
    heads[device] = sequence
    digest = nil
  }

  /// Takes in that the node's state is not the one that is remembered.
  mutating func forgetState() { digest = nil }

  /// Takes in a receipt for feeds whose chains this device has compared with its own.
  mutating func keep(_ receipt: PushReceipt, proving feeds: FeedVector) {
    note(FeedCounts(feeds))
    receipts.add(receipt, of: nil, proving: feeds)
  }

  /// Takes in a receipt whose digest is that of what this device holds.
  mutating func keep(_ receipt: PushReceipt, of state: LocalState) {
    note(FeedCounts(state.feeds))
    for (device, mark) in state.heads { note(head: mark.sequence, of: device) }
    receipts.add(receipt, of: state.summary, proving: state.feeds)
    let isWhole =
      shown.allSatisfy { $0.value == state.feeds[$0.key]?.count }
      && heads.allSatisfy { $0.value == state.heads[$0.key]?.sequence }
    digest = isWhole ? state.digest : nil
  }
}

extension NodeMemory {
  private static let keys = ["shown", "heads", "receipts", "digest"]

  /// The memory as it is kept in the local store.
  public var bytes: [UInt8] {
    let marks = heads.sorted { $0.key < $1.key }.map { device, sequence -> CBORValue in
      .array([.bytes(device.key.bytes), .int(sequence)])
    }
    return DAGCBOR.encode(
      .map([
        ("shown", shown.wireValue), ("heads", .array(marks)), ("receipts", receipts.wireValue),
        ("digest", digest.map { .bytes($0.bytes) } ?? .null),
      ]))
  }

  /// Decodes a memory of the local store.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(bytes, bytesMax: SyncLimits.messageBytesMax, keys: Self.keys)
    shown = try FeedCounts(wire: try fields.value("shown"))
    for item in try fields.array("heads", countMax: SyncLimits.feedsMax) {
      let parts = try item.wireTuple("head", count: 2)
      heads[DID(key: try parts[0].wireBytes32("head"))] = try parts[1].wireInt("head")
    }
    receipts = try ReceiptBook(wire: try fields.value("receipts"))
    if try fields.value("digest") != .null { digest = try fields.bytes32("digest") }
  }
}
