import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy

// What falls with somebody who is put out, although it is somebody else's.
//
// A grant holds while its giver's does (R3). So a person who was let in by a device that gets lost
// loses access with it; who it is is shown first, and what should stay is given anew, by the device
// that revokes, in the same step.

extension Vault {
  /// The grants that would not hold any more after an act.
  ///
  /// What their principals wrote must be named by it: what is not named does not stay, and a
  /// guest's work is not to go because of who let it in.
  func lost(by act: (inout PolicyAuthor) throws -> Void) throws -> [GrantRecord] {
    var trial = try PolicyAuthor(device: keys.signing, log: policy)
    try act(&trial)
    let left = Set(trial.state.liveGrants.map(\.entry))
    return policy.state.liveGrants.filter { !left.contains($0.entry) }
  }

  /// The grants of people of these names; those of managers and nodes are not given anew so.
  ///
  /// Throws `usage` when a name has none.
  func only(_ names: Set<String>, _ grants: [GrantRecord]) throws -> [GrantRecord] {
    let known = namesOfPeople()
    let people = grants.filter { $0.rank == nil && !isHolder($0) }
    let found = people.filter { names.contains(personName($0.principal, among: known)) }
    let missing = names.subtracting(found.map { personName($0.principal, among: known) })
    if let name = missing.min() {
      throw FreeholdError(
        .usage, "\(name) does not lose anything by that", hint: "leave --keep \(name) out")
    }
    return found
  }
}

extension PolicyAuthor {
  /// Gives what others gave once more, under the same terms.
  mutating func giveAgain(
    _ grants: [GrantRecord], using generator: inout RandomnessGenerator
  ) throws {
    let known = state
    let own = actor.grant.map { known.chain(of: $0).count } ?? 0
    for grant in grants {
      let terms = grant.body.delegation.terms
      let length = known.chain(of: grant.entry).count
      let statements = try terms.policy.statements.map { statement in
        guard let most = statement.hopsMax else { return statement }
        return try PolicyStatement.hops(atMost: own + 1 + max(0, most - length))
      }
      try self.grant(
        terms.command, to: grant.principal, kem: grant.kem, policy: CapabilityPolicy(statements),
        notBefore: terms.notBefore, expiresAt: terms.expiresAt, using: &generator)
    }
  }
}
