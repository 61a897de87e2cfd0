public import VaultEncoding

/// A node's receipts, as far as each is the furthest that it signed for some feed: what convicts
/// the node when it later shows less.
///
/// A receipt that names a feed proves that feed's position. A receipt whose digest is that of a
/// known state proves all feeds of that state; the digests of the other parts are kept with it, so
/// that anybody can follow from the feeds to the digest that is signed.
public struct ReceiptBook: Hashable, Sendable {
  /// One receipt and what it proves.
  public struct Proof: Hashable, Sendable {
    /// The receipt as the node signed it.
    public let receipt: [UInt8]
    /// The state that its digest is of; nil when the feeds are named in the receipt itself.
    public let summary: StateSummary?
    /// The feeds that it proves.
    public let feeds: FeedVector
  }

  /// The receipts, oldest first.
  public private(set) var proofs: [Proof] = []

  /// An empty book.
  public init() {}

  /// The furthest position that the node has signed for.
  public func position(of feed: FeedKey) -> FeedPosition? {
    proofs.compactMap { $0.feeds[feed] }.max { $0.count < $1.count }
  }

  /// Keeps a receipt, and drops those that prove nothing further than others do.
  public mutating func add(
    _ receipt: PushReceipt, of summary: StateSummary?, proving feeds: FeedVector
  ) {
    guard feeds.contains(where: { $0.value.count > (position(of: $0.key)?.count ?? 0) })
    else { return }
    proofs.removeAll { old in
      old.feeds.allSatisfy { $0.value.count <= (feeds[$0.key]?.count ?? 0) }
    }
    proofs.append(Proof(receipt: receipt.bytes, summary: summary, feeds: feeds))
    dropNeedless()
  }

  /// Drops what others prove together.
  private mutating func dropNeedless() {
    var kept: [Proof] = []
    var furthest: [FeedKey: Int] = [:]
    for proof in proofs.reversed()
    where proof.feeds.contains(where: { $0.value.count > furthest[$0.key] ?? 0 }) {
      furthest.merge(proof.feeds.mapValues(\.count), uniquingKeysWith: max)
      kept.append(proof)
    }
    proofs = kept.reversed()
  }
}

extension ReceiptBook.Proof {
  /// Whether the node's signature and the digests say what this is kept for.
  public func isSound(by node: DID, of vault: DID) -> Bool {
    guard let signed = try? PushReceipt(verifying: receipt), signed.node == node,
      signed.vault == vault
    else { return false }
    guard let summary else { return feeds.allSatisfy { signed.feeds[$0.key] == $0.value } }
    let scopes = StateSummary(feeds: feeds, policy: [CID](), heads: [:]).scopes
    return summary.digest == signed.digest && summary.scopes == scopes
  }
}

extension ReceiptBook {
  var wireValue: CBORValue {
    .array(
      proofs.map {
        .array([.bytes($0.receipt), $0.summary?.wireValue ?? .null, $0.feeds.wireValue])
      })
  }

  init(wire value: CBORValue) throws(MessageError) {
    for item in try value.wireArray("receipts", countMax: SyncLimits.feedsMax) {
      let parts = try item.wireTuple("receipt", count: 3)
      guard case .bytes(let receipt) = parts[0] else { throw .field("a receipt is not bytes") }
      let summary = parts[1] == .null ? nil : try StateSummary(wire: parts[1])
      proofs.append(
        Proof(receipt: receipt, summary: summary, feeds: try FeedVector(wire: parts[2])))
    }
  }
}
