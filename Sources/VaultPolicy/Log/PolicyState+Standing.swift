import VaultEncoding

/// How the links of a chain stand in the log.
extension PolicyState {
  /// A delegation that the log carries; its signature was checked when it was added.
  func delegation(_ cid: CID) -> Verified<Delegation>? {
    guard let position = history.grantsByDelegation[cid]?.first else { return nil }
    return history.entries[position].grant.map { Verified(trusting: $0.delegation) }
  }

  /// Every logged delegation must be live, and no other may be to somebody who was put out.
  func checkStanding(of link: Verified<Delegation>) throws(UCANError) {
    let positions = history.grantsByDelegation[link.token.cid] ?? []
    guard !positions.isEmpty else {
      guard !isRemoved(link.token.audience) else {
        throw UCANError(.revoked, "\(link.token.audience) was removed from the vault")
      }
      return
    }
    guard !positions.contains(where: { verdict.isLive[$0] }) else { return }
    let standing = grant(at: positions[0])?.standing ?? .void
    throw UCANError(
      .revoked, "the grant of \(link.token.command) to \(link.token.audience) \(standing.words)")
  }
}

extension GrantRecord.Standing {
  /// The end of a sentence about a grant.
  public var words: String {
    switch self {
    case .live: "holds"
    case .revoked(let by): "was revoked by \(by.map(\.text).joined(separator: " and "))"
    case .fallen: "fell with the grant of who gave it"
    case .void: "came after its giver was cut off"
    }
  }
}
