import VaultCRDT
import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultPolicy
import VaultSealing
import VaultStore

// A folder becomes a scope, in place (docs/spec/sharing.md section 3).
//
// First the policy names it and gives it a key; then a part of this device gets a tree that shows
// what the folder showed; at last one batch in the tree around turns the folder into a mount. Only
// that last step makes anything refer to the new scope: what is interrupted before leaves a name
// that nobody uses.

extension Vault {
  /// The scope of the folder at a path, which is made one now when it is none.
  ///
  /// Only for the outermost part of a manager's device: it writes into the policy.
  func makeScope(at path: VaultPath) async throws -> ScopeID {
    let (holder, rest) = try await holder(of: path)
    guard !rest.names.isEmpty else { return holder.scope }
    try await holder.discardUnborn()
    let seed = try await holder.seed(ofFolderAt: rest)
    let around = holder.scope
    var random = generator
    defer { generator = random }
    let scope = ScopeID.generate(using: &random)
    let keyring = self.keyring
    try author { author in
      try author.nameScope(scope, parent: around)
      try author.inherit(from: around, to: scope, at: rest, using: &random)
      try author.renewKey(of: scope, keyring, using: &random)
    }
    try await holder.adoptPolicy(policy)
    try await holder.bear(scope, at: rest, seed)
    return scope
  }

  /// What the folder at a path shows.
  func seed(ofFolderAt path: VaultPath) async throws -> ScopeSeed {
    let object = try find(path, in: tree)
    guard tree.kind(of: object) == .folder else {
      throw FreeholdError(
        .usage, "only folders can be shared", hint: "put the file into a folder of its own")
    }
    return try await seed(of: object)
  }

  /// Lets a scope take over the folder at a path.
  func bear(_ scope: ScopeID, at path: VaultPath, _ seed: ScopeSeed) async throws {
    let folder = try find(path, in: tree)
    let part = try makePart(scope, isUnborn: true)
    var settings = tree.settings(prefix: NodeEntry.prefix)
    if let redundancy = tree.setting(Redundancy.settingKey) {
      settings.append((Redundancy.settingKey, redundancy))
    }
    try await part.plant(seed, settings: settings)
    try commit { draft in
      try draft.setAttribute(.scope, of: folder, to: scope.bytes)
      for child in draft.tree.children(of: folder) { try draft.trash(child.object) }
    }
    try await part.endBirth()
    parts[scope] = part
    // The scopes inside the new one are its own from now on; it comes for their homes itself.
    try await closeMovedParts()
  }

  private func endBirth() throws { try Self.endBirth(home) }

  /// Removes homes of scopes whose birth was interrupted: nothing has ever referred to them.
  private func discardUnborn() async throws {
    let disk = environment.disk
    let homes = home.path.appending(Self.partsFolder)
    guard try disk.exists(homes) else { return }
    let mounted = Set(mounts().map(\.scope))
    for item in try disk.list(homes) where item.kind == .folder {
      guard let scope = ScopeID(hex: String(decoding: item.name, as: UTF8.self)),
        parts[scope] == nil
      else { continue }
      guard !mounted.contains(scope), isUnborn(partPath(scope)) else { continue }
      try removeAll(in: partPath(scope))
    }
  }

  /// Whether nothing has ever referred to the scope whose home this is; not when it is not known.
  private func isUnborn(_ path: DiskPath) -> Bool {
    guard let store = try? VaultHome.open(path, on: environment.disk) else { return false }
    defer { store.close() }
    let found = try? store.database.read {
      try VaultFacts($0) == nil || $0.meta(Self.unbornKey) != nil
    }
    return found ?? false
  }

  /// Removes a folder with everything in it; links are not followed.
  private func removeAll(in folder: DiskPath) throws {
    for item in try environment.disk.list(folder) {
      let path = folder.appending(item.name)
      if item.kind == .folder {
        try removeAll(in: path)
      } else {
        try environment.disk.remove(path)
      }
    }
    try environment.disk.removeFolder(folder)
  }
}

extension PolicyAuthor {
  /// Gives who has access to one scope the same access to a folder of it that becomes another.
  ///
  /// Who may write some paths only may write those of them that are in the folder, or fewer.
  mutating func inherit(
    from around: ScopeID, to scope: ScopeID, at path: VaultPath,
    using generator: inout RandomnessGenerator
  ) throws {
    let known = state
    for grant in known.liveGrants where grant.rank == nil {
      guard known.covers(around, by: grant.entry), !known.covers(scope, by: grant.entry) else {
        continue
      }
      let terms = grant.body.delegation.terms
      guard let policy = try terms.policy.inherited(by: scope, at: path) else { continue }
      try self.grant(
        terms.command, to: grant.principal, kem: grant.kem, policy: policy,
        notBefore: terms.notBefore, expiresAt: terms.expiresAt, using: &generator)
    }
  }
}

extension CapabilityPolicy {
  /// The conditions for a folder that becomes a scope of its own; nil when nothing would pass.
  fileprivate func inherited(by scope: ScopeID, at path: VaultPath) throws -> CapabilityPolicy? {
    var inherited: [PolicyStatement] = []
    for statement in statements {
      if statement.limitedScopes != nil {
        inherited.append(try .scopes([scope]))
      } else if let paths = statement.limitedPaths {
        switch try paths.seen(from: String(decoding: path.bytes, as: UTF8.self)) {
        case .everything: continue
        case .some(let inside): inherited.append(try inside.statement)
        case .nothing: return nil
        }
      } else {
        inherited.append(statement)
      }
    }
    return CapabilityPolicy(inherited)
  }
}
