public import VaultEncoding

/// Evidence that a node, or a device, did not behave (docs/spec/sync.md section 8).
public enum Finding: Error, Hashable, Sendable {
  /// The node shows less of a feed than it showed before, or even signed for.
  case rolledBack(feed: FeedKey, acknowledged: Int, shown: Int, isSigned: Bool)
  /// The node lacks policy entries that it has signed for.
  case policyRolledBack(acknowledged: Int, shown: Int)
  /// The node signed for another history of a feed than the device signed.
  case signedContradiction(feed: FeedKey, at: Int)
  /// The node shows another history of a feed than the device signed.
  case contradiction(feed: FeedKey, at: Int)
  /// The node names entries that it does not hand out.
  case withheld(feed: FeedKey, named: Int, given: Int)
  /// The node shows an older head of a device than before.
  case olderHead(device: DID, acknowledged: Int, shown: Int)
  /// Two heads of one device have one number: the device was restored from a copy.
  case deviceForked(device: DID, sequence: Int)
  /// A device signed a checkpoint that is not the state that the history makes.
  case badCheckpoint(device: DID)
  /// The node sent bytes that are not what they claim to be.
  case forged(String)

  /// Whether the node, rather than a device of the vault, is to blame.
  public var blamesNode: Bool {
    switch self {
    case .deviceForked, .badCheckpoint: false
    default: true
    }
  }

  /// Whether it is about another history of a device's entries than the one known here.
  public func contradicts(_ device: DID) -> Bool {
    switch self {
    case .contradiction(let feed, _), .signedContradiction(let feed, _): feed.device == device
    default: false
    }
  }

  /// Whether the node went back to an older state: it may have lost shards, too.
  public var isRollback: Bool {
    switch self {
    case .rolledBack, .policyRolledBack, .olderHead: true
    default: false
    }
  }

  /// What happened, for people.
  public var sentence: String {
    switch self {
    case .rolledBack(let feed, let acknowledged, let shown, let isSigned):
      "shows \(shown) entries of device \(feed.device.text.suffix(8)), but "
        + (isSigned ? "signed for more than that and had \(acknowledged)" : "had \(acknowledged)")
    case .policyRolledBack(let acknowledged, let shown):
      "has \(shown) entries of the policy, but signed for \(acknowledged)"
    case .signedContradiction(let feed, let at):
      "signed for another history of device \(feed.device.text.suffix(8)) at entry \(at)"
    case .contradiction(let feed, let at):
      "shows another history of device \(feed.device.text.suffix(8)) at entry \(at)"
    case .withheld(let feed, let named, let given):
      "names \(named) entries of device \(feed.device.text.suffix(8)), but hands out \(given)"
    case .olderHead(let device, let acknowledged, let shown):
      "shows head \(shown) of device \(device.text.suffix(8)), but had \(acknowledged)"
    case .deviceForked(let device, let sequence):
      "device \(device.text.suffix(8)) signed two different heads number \(sequence)"
    case .badCheckpoint(let device):
      "device \(device.text.suffix(8)) signed a checkpoint that is not what the history makes"
    case .forged(let what):
      "sent forged data: \(what)"
    }
  }
}
