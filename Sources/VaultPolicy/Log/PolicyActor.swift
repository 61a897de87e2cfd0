public import VaultEncoding

/// Who wrote an entry of the policy log: root, or the holder of a grant with a rank.
public enum PolicyActor: Hashable, Sendable {
  /// The recovery phrase.
  case root
  /// The holder of the grant that this entry gave.
  case grant(CID)

  /// The actor as it travels.
  var value: CBORValue {
    switch self {
    case .root: .text("root")
    case .grant(let cid): .link(cid)
    }
  }

  init?(_ value: CBORValue?) {
    switch value {
    case .text(let text) where text.utf8.elementsEqual("root".utf8): self = .root
    case .link(let cid): self = .grant(cid)
    default: return nil
    }
  }

  /// The entry of the grant; nil for root.
  public var grant: CID? {
    if case .grant(let cid) = self { cid } else { nil }
  }
}
