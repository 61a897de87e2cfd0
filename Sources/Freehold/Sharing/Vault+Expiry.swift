import VaultEncoding
import VaultEnvironment
import VaultPolicy

// Grants that are over.
//
// A node judges by its clock at each request and lets nobody in after the end. The log does not
// know clocks: there a grant holds until it is revoked. So a manager that meets one that is over
// revokes it, and with that keys change; what counts of the other's work is what the nodes had by
// then, which they took while the grant held.

extension Vault {
  /// How long after its end a grant is revoked: clocks differ.
  private static let graceSeconds: Int64 = 3_600

  /// Revokes grants that are over, once every node was heard since: what was brought in time is
  /// here.
  func endExpired(_ outcomes: [NodeOutcome]) async throws {
    guard !isPart, isManager, !outcomes.isEmpty, outcomes.allSatisfy({ $0.trouble == nil }) else {
      return
    }
    let now = environment.clock.now().seconds
    let over = policy.state.liveGrants.filter { grant in
      grant.rank == nil && (grant.expiresAt.map { $0 + Self.graceSeconds < now } ?? false)
    }
    guard !over.isEmpty else { return }
    for (_, part) in try await openParts() { _ = try await part.listenToNodesInAllParts() }
    let kept = try await kept(of: Set(over.map(\.principal)))
    let own = policy.state.managerGrant(of: device)?.rank ?? .max
    _ = try await withdraw { author, _ in
      for grant in over {
        // Who gave it may rank higher; then that one ends it.
        guard grant.giver.grant.flatMap({ author.state.grant($0)?.rank }) ?? 0 >= own else {
          continue
        }
        try author.revoke(.grant(grant.entry), keptOperations: kept)
      }
    }
  }
}
