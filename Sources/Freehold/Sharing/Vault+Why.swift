import VaultCRDT
import VaultEncoding
import VaultEnvironment
import VaultPolicy

/// Why somebody may do something at a path, or may not.
public struct AccessReason: Hashable, Sendable {
  /// What the owner calls the person or device.
  public var name: String
  /// The path.
  public var path: VaultPath
  /// The folder whose keys and grants decide about the path.
  public var folder: VaultPath
  /// What is allowed; nil for nothing.
  public var right: AccessRight?
  /// Who lets whom do what, from the root down, for the strongest right.
  public var steps: [String]
  /// Grants that once were, and what became of them.
  public var former: [String]
}

extension Vault {
  /// Explains what a contact, or a device, may do at a path.
  public func reason(for name: String, at path: VaultPath) async throws -> AccessReason {
    let (holder, rest) = try await holder(of: path)
    let folder = VaultPath(Array(path.names.dropLast(rest.names.count)))
    let principals = try principals(name)
    let best = principals.max { left, right in
      (self.right(of: left, in: holder.scope).map { AccessRight.allCases.firstIndex(of: $0) ?? 0 }
        ?? -1)
        < (self.right(of: right, in: holder.scope).map {
          AccessRight.allCases.firstIndex(of: $0) ?? 0
        } ?? -1)
    }
    var right = best.flatMap { self.right(of: $0, in: holder.scope) }
    var steps: [String] = []
    if let best, let general = right {
      steps = explain(best, general, in: holder.scope, folder)
      let isFolder = (try? await holder.isFolder(rest)) ?? true
      if general == .write, !mayWrite(best, in: holder.scope, rest, isFolder) { right = .read }
    }
    let former = principals.flatMap { policy.state.grants(to: $0) }
      .filter { !$0.isLive || $0.isOver(at: environment.clock.now()) }
      .filter { policy.state.covers(holder.scope, by: $0.entry) }.map(explainEnd)
    return AccessReason(
      name: name, path: path, folder: folder, right: right, steps: steps,
      former: former.reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
  }

  /// Whether a device may write at a path of a scope, or below it when it is a folder.
  private func mayWrite(
    _ device: DID, in scope: ScopeID, _ path: VaultPath, _ isFolder: Bool
  ) -> Bool {
    let rights = policy.state.writingRights(of: device, in: scope)
    return rights.allow(.put, at: path.names, in: .max)
      || isFolder && rights.mayAllow(.put, belowFolder: path.names, in: .max)
  }

  /// The devices that a name means: those of a contact, or one of the owner's.
  private func principals(_ name: String) throws -> [DID] {
    if let contact = contacts().first(where: { $0.name == name }) {
      return contact.card.members.map(\.did)
    }
    return [try find(device: name).did]
  }

  private func explain(
    _ device: DID, _ right: AccessRight, in scope: ScopeID, _ folder: VaultPath
  ) -> [String] {
    let state = policy.state
    let now = environment.clock.now()
    var chains = [state.chain(for: device, allowing: .pullLog(scope: scope), at: now) ?? []]
    if right == .write { chains += writingChains(of: device, in: scope) }
    if right == .manage || chains.count == 1, right != .read, right != .hold {
      chains.append(state.chain(for: device, allowing: .pushLog(scope: scope), at: now) ?? [])
    }
    var steps: [String] = []
    for link in chains.joined() {
      let sentence = sentence(of: link.token)
      if !steps.contains(sentence) { steps.append(sentence) }
    }
    if right != .hold {
      let isSealed = state.recipients(of: scope).contains { $0.did == device }
      steps.append(
        "\(personName(device)) \(isSealed ? "has" : "lacks") the key of "
          + (folder.names.isEmpty
            ? "the vault's folder" : String(decoding: folder.bytes, as: UTF8.self)))
    }
    return steps
  }

  /// The delegations that say which paths a device may write.
  private func writingChains(of device: DID, in scope: ScopeID) -> [[Verified<Delegation>]] {
    let (now, put) = (environment.clock.now(), WritingRights.Act.put.command)
    return policy.state.grants(to: device)
      .filter { $0.isLive && !$0.isOver(at: now) && $0.command.proves(put) }
      .filter { policy.state.covers(scope, by: $0.entry) }
      .map { policy.state.chain(of: $0.entry) }
  }

  /// A delegation in words.
  private func sentence(of delegation: Delegation) -> String {
    let terms = delegation.terms
    let issuer = delegation.issuer == did ? "the owner" : personName(delegation.issuer)
    var text = "\(issuer) lets \(personName(terms.audience)) "
    switch terms.command {
    case .vault: text += "do everything"
    case .pull: text += "read"
    case .push, .edit: text += "write"
    case WritingRights.Act.put.command: text += "add and change files, and remove none"
    default: text += "do \(terms.command)"
    }
    if let expiresAt = terms.expiresAt {
      text += " until \(Timestamp(milliseconds: expiresAt * 1_000).text)"
    }
    for statement in terms.policy.statements where statement.limitedScopes == nil {
      if let paths = statement.limitedPaths {
        text += ", only \(paths.text)"
      } else if statement.hopsMax == nil {
        text += ", under a condition that cannot be put in words"
      }
    }
    return text
  }

  private func explainEnd(_ grant: GrantRecord) -> String {
    let text = sentence(of: grant.body.delegation)
    switch grant.standing {
    case .live: return "over: \(text)"
    case .revoked(let by):
      let authors = by.compactMap { policy.entry($0) }.map { entry in
        entry.actor.grant.flatMap { policy.state.grant($0) }.map { personName($0.principal) }
          ?? "the owner"
      }
      return "revoked by \(Set(authors).sorted().joined(separator: ", ")): \(text)"
    case .fallen: return "fell with who gave it: \(text)"
    case .void: return "never counted: \(text)"
    }
  }
}
