import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultStore
import VaultSync

// Taking access away from a person.
//
// As with a device: first this device hears what there is, then, in one step on the disk, the
// removal, which names what stays, and a new key for every scope that the other could read; then
// the nodes are told, each signs, and who is silent is named.

extension Vault {
  /// What taking a person's access away would do: to one folder, or to everything.
  ///
  /// Changes nothing but what this device knows. Throws `noSuchVault` when there is nothing to
  /// take.
  public func planRevocation(
    ofAccess name: String, to path: VaultPath?
  ) async throws -> AccessRevocationPlan {
    try requireManager("take access away")
    let contact = try contact(name)
    let unheard = try await listenToNodesInAllParts()
    let members = contact.card.members.map(\.did)
    let state = policy.state
    var entries: [CID] = []
    var wantedScope: ScopeID?
    if let path {
      let (holder, rest) = try await holder(of: path)
      guard rest.names.isEmpty else {
        throw FreeholdError(
          .noSuchVault, "that folder is not shared by itself",
          hint: "freehold grants shows what is shared, and with whom")
      }
      let scope = holder.scope
      wantedScope = scope
      entries = members.flatMap { state.grants(to: $0) }
        .filter { $0.isLive && state.covers(scope, by: $0.entry) }.map(\.entry)
    } else {
      entries = members.flatMap { state.grants(to: $0) }.filter(\.isLive).map(\.entry)
    }
    // It may be taken away already, by a command that was stopped before every node knew.
    guard try !entries.isEmpty || isUntold(of: Set(members), in: wantedScope) else {
      throw FreeholdError(
        .noSuchVault, "\(name) has no access there", hint: "freehold grants shows who has")
    }
    let access = try await grants().filter { !Set($0.members).isDisjoint(with: members) }
    let wanted = path
    return AccessRevocationPlan(
      name: name, access: access.filter { row in wanted.map { row.path == $0 } ?? true },
      fallingAccess: try await self.access(of: bystanders(of: entries, members)),
      keptEntries: try await kept(of: losers(of: entries)).feeds.values.joined()
        .reduce(0) { $0 + Int(clamping: $1.count) },
      unheard: unheard, members: members, entries: entries)
  }

  /// Whether some node has not signed that it knows a revocation of somebody's access, to one scope
  /// or to any.
  private func isUntold(of members: Set<DID>, in scope: ScopeID?) throws -> Bool {
    let entries = policy.entries.map(\.cid)
    let state = policy.state
    return try state.effectiveRevocations.contains { revocation in
      let isMeant = revocation.hits.contains { hit in
        guard let grant = state.grant(hit), members.contains(grant.principal) else { return false }
        return scope.map { state.covers($0, by: hit) } ?? true
      }
      let position = entries.firstIndex(of: revocation.entry) ?? entries.count
      return try isMeant
        && nodeBook.keys.contains { try !isKnown(revocation.entry, at: position, to: $0) }
    }
  }

  /// Takes the access away, durably, and tells the nodes.
  ///
  /// Repeating it tells the nodes that did not know yet. Others in `names` get from this device
  /// what they have through that person only.
  public func revoke(
    _ plan: AccessRevocationPlan, keeping names: Set<String> = []
  ) async throws -> AccessRevocationOutcome {
    let kept = try await kept(of: losers(of: plan.entries).union(plan.members))
    let nodes = nodeBook.keys.sorted()
    let again = try only(names, bystanders(of: plan.entries, plan.members))
    let started = try await withdraw { author, random in
      try author.giveAgain(again, using: &random)
      for entry in plan.entries where author.state.grant(entry)?.isLive ?? false {
        try author.revoke(.grant(entry), keptOperations: kept)
      }
      for entry in plan.entries where author.state.grant(entry)?.isLive ?? false {
        throw FreeholdError(
          .refused, "\(plan.name) ranks as high as this device, or higher (\(entry))",
          hint: "the 24 words stand above all: freehold recover into another home")
      }
      try author.grantHoldAgain(to: nodes, using: &random)
    }
    return AccessRevocationOutcome(
      plan: plan, newEpochs: started, coverage: try await announcePolicy())
  }

  /// Whoever loses a grant when these are revoked: a manager's falls with all that it gave.
  private func losers(of grants: [CID]) throws -> Set<DID> {
    Set(try lost(with: grants).map(\.principal))
  }

  /// What others lose when these are revoked.
  private func bystanders(of grants: [CID], _ members: [DID]) throws -> [GrantRecord] {
    try lost(with: grants).filter { !members.contains($0.principal) }
  }

  private func lost(with grants: [CID]) throws -> [GrantRecord] {
    try lost { author in
      for entry in grants where author.state.grant(entry)?.isLive ?? false {
        try author.revoke(.grant(entry), keptOperations: .none)
      }
    }
  }

  /// Every revocation that counts, with the nodes that have signed for it and those that have not.
  public func revocations() async throws -> [RevocationCoverage] {
    let scopes = try await allScopes()
    let nodes = nodeBook.sorted { $0.value.name < $1.value.name }
    let entries = policy.entries.map(\.cid)
    let state = policy.state
    let names = namesOfPeople()
    var rows: [RevocationCoverage] = []
    for revocation in state.effectiveRevocations {
      let grants = revocation.hits.compactMap { state.grant($0) }
      guard let first = grants.first else { continue }
      let position = entries.firstIndex(of: revocation.entry) ?? entries.count
      let silent = try nodes.filter { node, _ in
        try !isKnown(revocation.entry, at: position, to: node)
      }
      let reached = scopes.filter { scope in
        grants.contains { state.covers(scope.scope, by: $0.entry) }
      }
      rows.append(
        RevocationCoverage(
          entry: revocation.entry, name: personName(first.principal, among: names),
          paths: reached.map { VaultPath($0.path) },
          acknowledged: nodes.filter { node in !silent.contains { $0.key == node.key } }
            .map(\.value.name), silent: silent.map(\.value.name)))
    }
    return rows.merged()
  }

  /// Whether a node has signed for a policy with an entry: by a receipt of its own, or by one for
  /// everything up to it.
  private func isKnown(_ entry: CID, at position: Int, to node: DID) throws -> Bool {
    try database.read { transaction in
      if try transaction.policyAcknowledgedCount(by: node) > position { return true }
      return try transaction.policyReceipts(for: entry).contains { $0.node == node }
    }
  }
}

extension [RevocationCoverage] {
  /// What was said of one person with one breath, once: a right is several grants.
  fileprivate func merged() -> [RevocationCoverage] {
    var rows: [RevocationCoverage] = []
    for row in self {
      if let index = rows.firstIndex(where: {
        $0.name == row.name && $0.paths == row.paths && $0.silent == row.silent
      }) {
        rows[index].entry = Swift.min(rows[index].entry, row.entry)
      } else {
        rows.append(row)
      }
    }
    return rows.sorted { ($0.name, $0.entry) < ($1.name, $1.entry) }
  }
}
