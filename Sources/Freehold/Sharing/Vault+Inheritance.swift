import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultStore

// Who has access to a folder has it to what is in it, also to folders that are scopes of their own
// (docs/spec/sharing.md section 3).
//
// When a folder becomes a scope that is done in the same step. But another device may have granted
// access to the folder around without having heard of the scope, or may have shared that folder at
// the same time: so it is owed, and any manager that sees it does it.

/// A folder of a scope that is a scope of its own.
struct Containment {
  let around: ScopeID
  let scope: ScopeID
  /// Where the folder is in the scope around.
  let path: VaultPath
}

extension Vault {
  /// Gives everybody what they are owed in scopes inside of others; what the report says of it:
  /// nothing when nothing is owed.
  func settleAccess() async throws -> [Problem] {
    // What cannot be opened was said; it is looked at again with the next sync.
    guard !isPart, isManager, let containments = try? await containments() else { return [] }
    let mark = containments.mark(policy.heads)
    guard try database.read({ try $0.meta(Self.settledKey) }) != mark else { return [] }
    let now = environment.clock.now()
    let state = policy.state
    let owed = try containments.filter {
      try !state.inheritance(at: $0, now: now).isEmpty
    }
    guard !owed.isEmpty else {
      try database.write { try $0.setMeta(Self.settledKey, to: mark) }
      return []
    }
    var random = generator
    defer { generator = random }
    let keyring = self.keyring
    try author { author in
      for containment in owed { try author.inherit(at: containment, now: now, using: &random) }
      try author.settleKeys(keyring, using: &random)
    }
    try await tellParts()
    let names = Set(owed.map(\.scope))
    return try await allScopes().filter { names.contains($0.scope) }.map { _, path in
      Problem(
        .note, .partial,
        "\(VaultPath(path).shown) lies in a shared folder: whoever has that has it too now",
        hint: "freehold grants shows who has access; freehold revoke NAME PATH takes it away")
    }
  }

  /// For which policy and scopes nothing was owed.
  private static let settledKey = "access-settled"

  /// The scopes inside this one, at any depth, of which this device has a part.
  private func containments() async throws -> [Containment] {
    var all: [Containment] = []
    for (mount, part) in try await openParts() {
      all.append(
        Containment(around: scope, scope: mount.scope, path: VaultPath(mount.path)))
      all += try await part.containments()
    }
    return all
  }
}

extension [Containment] {
  /// Tells these from others, with a policy.
  fileprivate func mark(_ heads: [CID]) -> [UInt8] {
    var writer = ByteWriter()
    for head in heads { writer.writeBytes(head.bytes) }
    for containment in self {
      writer.writeBytes(containment.around.bytes)
      writer.writeBytes(containment.scope.bytes)
      writer.writeBytes(containment.path.bytes)
    }
    return Hash.sha256(writer.bytes).bytes
  }
}

extension PolicyAuthor {
  /// Gives who has access to one scope the same access to a folder of it that is another.
  mutating func inherit(
    at containment: Containment, now: Timestamp, using generator: inout RandomnessGenerator
  ) throws {
    for (grant, conditions) in try state.inheritance(at: containment, now: now) {
      let terms = grant.body.delegation.terms
      try self.grant(
        terms.command, to: grant.principal, kem: grant.kem, policy: conditions,
        notBefore: terms.notBefore, expiresAt: terms.expiresAt, using: &generator)
    }
  }
}

extension PolicyState {
  /// The grants of the scope around that are owed for the one inside, each with the conditions that
  /// it has there.
  ///
  /// Who may write some paths only may write those of them that are in the folder, or fewer. What
  /// somebody has there already, and what was taken away, is not given again.
  fileprivate func inheritance(
    at containment: Containment, now: Timestamp
  ) throws -> [(grant: GrantRecord, conditions: CapabilityPolicy)] {
    try liveGrants.compactMap { grant in
      guard grant.rank == nil, !grant.isOver(at: now),
        covers(containment.around, by: grant.entry),
        !decides(on: grant.command, for: grant.principal, in: containment.scope, at: now),
        let conditions = try grant.body.delegation.terms.policy.inherited(
          by: containment.scope, at: containment.path)
      else { return nil }
      return (grant, conditions)
    }
  }

  /// Whether somebody was given something in a scope that holds, or was taken away by name.
  private func decides(
    on command: Command, for principal: DID, in scope: ScopeID, at now: Timestamp
  ) -> Bool {
    grants(to: principal).contains { grant in
      let counts =
        switch grant.standing {
        case .live: !grant.isOver(at: now)
        case .revoked: true
        case .fallen, .void: false
        }
      return counts && grant.command.proves(command) && covers(scope, by: grant.entry)
    }
  }
}

extension GrantRecord {
  /// Whether its end by the clock is over.
  func isOver(at now: Timestamp) -> Bool { expiresAt.map { now.seconds > $0 } ?? false }
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
