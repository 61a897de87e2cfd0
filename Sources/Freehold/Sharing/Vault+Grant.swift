import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSealing

extension Vault {
  /// What granting would do; changes nothing.
  ///
  /// Throws `refused` when this device may not, `usage` when it cannot be granted.
  public func planGrant(
    _ terms: AccessTerms, to name: String, at path: VaultPath
  ) async throws -> GrantPlan {
    try requireManager("grant access")
    let contact = try contact(name)
    guard terms.right != .manage || path.names.isEmpty else {
      throw FreeholdError(
        .usage, "the right to manage is for the whole vault",
        hint: "--manage / gives it, and with it everything; --write gives a folder")
    }
    guard terms.right != .manage || terms.until == nil else {
      throw FreeholdError(.usage, "the right to manage has no end by the clock; revoke ends it")
    }
    if let only = terms.only { try await requireLimitable(to: only, terms, path) }
    if let until = terms.until, until <= environment.clock.now() {
      throw FreeholdError(.usage, "--until is over already")
    }
    let (holder, rest) = try await holder(of: path)
    let files = try await holder.list(rest, isRecursive: true)
    guard try await holder.isFolder(rest) else {
      throw FreeholdError(
        .usage, "only folders can be shared", hint: "put the file into a folder of its own")
    }
    let scope = rest.names.isEmpty ? holder.scope : nil
    guard terms.removes || terms.right == .write else {
      throw FreeholdError(.usage, "only who writes can be kept from removing")
    }
    if let scope, terms.only != nil || !terms.removes { try requireLimited(contact, in: scope) }
    return GrantPlan(
      contact: contact, terms: terms, path: path,
      fileCount: files.count { $0.kind == .file }, makesScope: scope == nil,
      present: scope.flatMap { right(of: contact, in: $0) })
  }

  /// Whether writing can be limited to these paths; throws `usage` when not.
  private func requireLimitable(
    to paths: String, _ terms: AccessTerms, _ folder: VaultPath
  ) async throws {
    guard terms.right == .write else {
      throw FreeholdError(.usage, "only writing can be limited to some paths")
    }
    do {
      _ = try PathLimit(paths)
    } catch {
      throw FreeholdError(.usage, "“\(paths)” names no paths of the folder: \(error.sentence)")
    }
    guard try await scopes(inside: folder).isEmpty else {
      throw FreeholdError(
        .usage, "a folder in it is shared on its own, and would need paths of its own",
        hint: "grant that one by itself, and keep it outside of this one")
    }
  }

  /// Who may write everything in a scope would not be limited by one more grant.
  private func requireLimited(_ contact: Contact, in scope: ScopeID) throws {
    let unlimited = contact.card.devices.contains {
      right(of: $0.did, in: scope) == .write
        && policy.state.mayWriteEverything($0.did, in: scope, entry: .max)
    }
    guard !unlimited else {
      throw FreeholdError(
        .usage, "\(contact.name) may write everything there already",
        hint: "freehold revoke it first, then grant less")
    }
  }

  /// Whether there is a folder at a path.
  func isFolder(_ path: VaultPath) throws -> Bool {
    let object = try find(path, in: tree)
    return object == .root || tree.kind(of: object) == .folder
  }

  /// Grants what was planned, durably, and tells the nodes.
  public func grant(_ plan: GrantPlan) async throws -> GrantOutcome {
    let scope = try await makeScope(at: plan.path)
    let inner = try await scopes(inside: plan.path)
    var random = generator
    defer { generator = random }
    let keyring = self.keyring
    let terms = plan.terms
    try author { author in
      for member in plan.contact.card.members {
        try author.grant(terms, to: member, in: [scope] + inner, using: &random)
      }
      try author.settleKeys(keyring, using: &random)
    }
    try await tellParts()
    let coverage = try await announcePolicy()
    let offer = try ShareOffer(
      policy, to: plan.contact.card.person, scope: scope,
      name: plan.path.names.last.map { String(decoding: $0, as: UTF8.self) } ?? self.name,
      nodes: nodeBook.sorted { $0.key < $1.key }.map(\.value.bytes), by: keys.signing)
    return GrantOutcome(plan: plan, offer: offer, coverage: coverage)
  }

  /// The scopes inside the folder at a path, at any depth.
  private func scopes(inside path: VaultPath) async throws -> [ScopeID] {
    try await allScopes().filter {
      $0.path.count > path.names.count && $0.path.starts(with: path.names)
    }.map(\.scope)
  }

  /// Every scope that this device has a part of, this one included, with its path from here.
  func allScopes() async throws -> [(scope: ScopeID, path: [[UInt8]])] {
    var all = [(scope: scope, path: [[UInt8]]())]
    for (mount, part) in try await openParts() {
      all += try await part.allScopes().map { (scope: $0.scope, path: mount.path + $0.path) }
    }
    return all
  }

  /// Tells the scopes inside this one, at any depth, what this one knows of the policy.
  func tellParts() async throws {
    for (_, part) in parts {
      try await part.adoptPolicy(policy)
      try await part.tellParts()
    }
  }

  /// The strongest right that all devices of a contact have in a scope; nil for none.
  func right(of contact: Contact, in scope: ScopeID) -> AccessRight? {
    contact.card.devices.map { right(of: $0.did, in: scope) }.reduce(nil) { best, own in
      guard let own else { return best }
      return max(best ?? own, own)
    }
  }

  /// The strongest right that a device has in a scope; nil for none.
  func right(of device: DID, in scope: ScopeID) -> AccessRight? {
    let state = policy.state
    let now = environment.clock.now()
    if state.managerGrant(of: device) != nil { return .manage }
    guard let read = state.grant(for: device, allowing: .pullLog(scope: scope), at: now) else {
      return nil
    }
    if state.grant(for: device, allowing: .pushLog(scope: scope), at: now) != nil {
      return state.grants(to: device).contains { $0.isLive && $0.kem != nil } ? .write : .hold
    }
    return read.kem == nil ? .hold : .read
  }
}

extension PolicyAuthor {
  /// Gives a device, or what a person's words stand for, a right in scopes.
  mutating func grant(
    _ terms: AccessTerms, to member: PersonCard.Member, in scopes: [ScopeID],
    using generator: inout RandomnessGenerator
  ) throws {
    guard terms.right != .manage else {
      if state.managerGrant(of: member.did) == nil {
        try grantDevice(member.did, kem: member.kem, using: &generator)
      }
      return
    }
    let chainLength = actor.grant.map { state.chain(of: $0).count } ?? 0
    let present = state.grants(to: member.did).filter(\.isLive)
    for command in terms.commands {
      let conditions = try terms.conditions(
        of: command, scopes: scopes, chainLength: chainLength + 1)
      // What is granted so already is not granted twice: only the invitation is made once more.
      let isThere = present.contains { grant in
        grant.command == command && grant.expiresAt == terms.until?.seconds
          && grant.body.delegation.terms.policy == conditions
      }
      guard !isThere else { continue }
      try grant(
        command, to: member.did,
        kem: command == .pull && terms.right != .hold ? member.kem : nil, policy: conditions,
        expiresAt: terms.until?.seconds, using: &generator)
    }
  }
}
