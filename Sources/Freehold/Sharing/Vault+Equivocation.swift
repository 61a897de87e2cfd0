import VaultPolicy

extension Vault {
  /// Who signed two different entries of the policy with one number, and was not put out since
  /// (docs/spec/policy.md, R6).
  func equivocationProblems() -> [Problem] {
    guard !isPart, isManager else { return [] }
    let state = policy.state
    return state.equivocators.compactMap { actor in
      guard let entry = actor.grant else {
        // Nothing cuts root, so this stays: it is told, and is no reason to stop.
        return Problem(
          .note, .needsDecision,
          "the 24 words were used in two places at the same time to change who may do what",
          hint: "if that was not you, somebody has them: make a new vault and move over")
      }
      guard let grant = state.grant(entry), grant.isLive else { return nil }
      let name = personName(grant.principal)
      return Problem(
        .danger, .tampered,
        "\(name) signed two different changes of who may do what as one; nothing that it signed"
          + " from there on counts",
        hint: "was that machine restored from a backup? put it out, then let it in anew:"
          + " freehold device revoke, or freehold revoke for a person")
    }
  }
}
