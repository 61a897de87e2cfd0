import VaultCrypto
import VaultEncoding

/// What makes an entry acceptable besides sequence and rank (R0).
///
/// Every rule looks only at the entry and at what it builds on, so all logs agree on it for ever.
extension PolicyHistory {
  func check(_ entry: PolicyEntry) throws(PolicyError) {
    guard entry.vault == vault else {
      throw PolicyError(.otherVault, "the entry is of the vault \(entry.vault)")
    }
    guard let author = principal(of: entry.actor) else {
      throw PolicyError(.notAuthorised, "the entry acts under what is not a grant")
    }
    let authority = grant(of: entry.actor)
    if let authority {
      let act = entry.body.act.command
      guard authority.rank != nil, authority.delegation.command.proves(act) else {
        throw PolicyError(.notAuthorised, "the grant of \(author) does not allow \(act)")
      }
    }
    guard entry.isSigned(by: author) else {
      throw PolicyError(.invalidSignature, "the entry is not signed by \(author)")
    }
    switch entry.body {
    case .grant(let body):
      try check(body, by: author, under: authority)
    case .revoke(let body):
      try check(body, by: author)
    case .epoch(let body):
      try check(body)
    case .scope, .settings, .seal:
      break
    }
  }

  private func check(
    _ body: GrantBody, by author: DID, under authority: GrantBody?
  ) throws(PolicyError) {
    let terms = body.delegation.terms
    guard body.delegation.issuer == author, terms.subject == vault else {
      throw PolicyError(.notAuthorised, "the delegation is not its author's, or of another vault")
    }
    guard authority?.delegation.command.proves(terms.command) ?? true else {
      throw PolicyError(.notAuthorised, "\(author) cannot grant \(terms.command)")
    }
    if body.rank != nil {
      // The judge must not depend on a clock, nor on the arguments of a request.
      guard terms.notBefore == nil, terms.expiresAt == nil, terms.policy.statements.isEmpty else {
        throw PolicyError(.notWellFormed, "the grant of a manager has a time or a condition")
      }
    }
    guard (try? Verified(body.delegation)) != nil else {
      throw PolicyError(.invalidSignature, "the delegation is not signed by \(author)")
    }
  }

  private func check(_ body: RevokeBody, by author: DID) throws(PolicyError) {
    guard let bytes = body.invocation else { return }
    var revocations = RevocationSet()
    do {
      let invocation = try Verified(Invocation(decoding: bytes))
      try revocations.add(invocation)
      guard invocation.token.issuer == author else {
        throw PolicyError(.notAuthorised, "the UCAN revocation is not by \(author)")
      }
    } catch let error as UCANError {
      throw PolicyError(.malformed, "the UCAN revocation is refused: \(error.sentence)")
    } catch let error as PolicyError {
      throw error
    } catch {
      throw PolicyError(.malformed, "the UCAN revocation is refused")
    }
  }

  private func check(_ body: EpochBody) throws(PolicyError) {
    if let extended = body.extends {
      guard let epoch = entry(extended)?.epoch, epoch.extends == nil,
        epoch.scope == body.scope, epoch.number == body.number
      else { throw PolicyError(.notWellFormed, "the epoch extends what is not that epoch") }
      return
    }
    var number: UInt64 = 0
    for link in body.follows {
      guard let epoch = entry(link.epoch)?.epoch, epoch.extends == nil, epoch.scope == body.scope
      else { throw PolicyError(.notWellFormed, "the epoch follows what is not one of its scope") }
      number = max(number, epoch.number + 1)
    }
    guard body.number == number else {
      throw PolicyError(.notWellFormed, "the epoch has number \(body.number), not \(number)")
    }
  }
}
