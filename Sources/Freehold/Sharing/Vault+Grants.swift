import VaultCRDT
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSync

extension Vault {
  /// Who has access to which folder, besides the owner's devices and the nodes.
  ///
  /// With a path, only what reaches that folder.
  public func grants(reaching path: VaultPath? = nil) async throws -> [GivenAccess] {
    try await access(of: policy.state.liveGrants, reaching: path)
  }

  /// What grants of people come to, together.
  func access(
    of grants: [GrantRecord], reaching path: VaultPath? = nil
  ) async throws -> [GivenAccess] {
    let scopes = try await allScopes()
    let wanted = try await path.asyncMap { try await holder(of: $0).vault.scope }
    var rows: [GivenAccess] = []
    let names = namesOfPeople()
    for (key, grants) in grouped(grants, scopes, names) {
      guard wanted.map({ key.scopes.contains($0) }) ?? true else { continue }
      rows.append(access(key, grants, scopes, names))
    }
    return rows.sorted { left, right in
      (left.name, left.path.map { $0.bytes.count } ?? 0, left.right, left.until ?? .epoch)
        < (right.name, right.path.map { $0.bytes.count } ?? 0, right.right, right.until ?? .epoch)
    }
  }

  private struct Group: Hashable {
    var person: String
    var scopes: [ScopeID]
  }

  /// The grants of people among some, by person and by the outermost folders that they reach.
  private func grouped(
    _ grants: [GrantRecord], _ scopes: [(scope: ScopeID, path: [[UInt8]])], _ names: [DID: String]
  ) -> [Group: [GrantRecord]] {
    let state = policy.state
    var groups: [Group: [GrantRecord]] = [:]
    for grant in grants where grant.rank == nil && !isHolder(grant) {
      let reached = state.scopes.map(\.scope).filter { state.covers($0, by: grant.entry) }
      let top = outermost(of: reached, scopes)
      let person = personName(grant.principal, among: names)
      for scope in top {
        groups[Group(person: person, scopes: [scope]), default: []].append(grant)
      }
    }
    return groups
  }

  /// Whether a grant is a node's: to store without a limit to scopes.
  func isHolder(_ grant: GrantRecord) -> Bool {
    grant.kem == nil && grant.body.delegation.terms.policy.statements.isEmpty
  }

  private func outermost(
    of reached: [ScopeID], _ scopes: [(scope: ScopeID, path: [[UInt8]])]
  ) -> [ScopeID] {
    let parents = Dictionary(
      policy.state.scopes.map { ($0.scope, $0.parent) }, uniquingKeysWith: { first, _ in first })
    return reached.filter { scope in
      var next = parents[scope] ?? nil
      while let around = next {
        if reached.contains(around) { return false }
        next = parents[around] ?? nil
      }
      return true
    }
  }

  private func access(
    _ key: Group, _ grants: [GrantRecord], _ scopes: [(scope: ScopeID, path: [[UInt8]])],
    _ names: [DID: String]
  ) -> GivenAccess {
    let commands = Set(grants.map(\.command))
    let right: AccessRight =
      commands.contains(.push) ? (grants.contains { $0.kem != nil } ? .write : .hold) : .read
    let statements = grants.flatMap(\.body.delegation.terms.policy.statements)
    let ends = grants.map { $0.expiresAt.map { Timestamp(milliseconds: $0 * 1_000) } }
    let until = ends.contains(nil) ? nil : ends.compactMap { $0 }.max()
    let first = grants.min { $0.entry < $1.entry }
    let length = first.map { policy.state.chain(of: $0.entry).count } ?? 0
    return GivenAccess(
      name: key.person, members: Set(grants.map(\.principal)).sorted(), right: right,
      path: scopes.first { $0.scope == key.scopes.first }.map { VaultPath($0.path) },
      until: until,
      only: statements.lazy.compactMap { $0.limitedPaths?.text }.first,
      removes: right != .write
        || commands.contains { $0.proves(WritingRights.Act.remove.command) },
      hops: max(0, (statements.compactMap(\.hopsMax).max() ?? length) - length),
      giver: first.map { personName($0.body.delegation.issuer, among: names) } ?? "",
      isOver: until.map { $0 < environment.clock.now() } ?? false)
  }
}

extension Optional {
  /// What an asynchronous body makes of the value; nil for none.
  fileprivate func asyncMap<Result>(
    _ body: (Wrapped) async throws -> Result
  ) async throws -> Result? {
    guard let self else { return nil }
    return try await body(self)
  }
}
