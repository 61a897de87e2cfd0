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
// that nobody uses yet.
//
// The name follows from the folder. So devices that share one folder without having heard of each
// other make one scope, and what each of them has put into it is folded (`Vault+Twins.swift`).

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
    let scope = try await holder.nameOfScope(ofFolderAt: rest)
    try name(Containment(around: around, scope: scope, path: rest))
    try await holder.adoptPolicy(policy)
    try await holder.bear(scope, at: rest, seed)
    return scope
  }

  /// Writes into the policy that there is a scope, and who has access to it; nothing that is there
  /// already.
  private func name(_ containment: Containment) throws {
    let (scope, now, keyring) = (containment.scope, environment.clock.now(), self.keyring)
    var random = generator
    defer { generator = random }
    try author { author in
      if !author.state.scopes.contains(where: { $0.scope == scope }) {
        try author.nameScope(scope, parent: containment.around)
      }
      try author.inherit(at: containment, now: now, using: &random)
      try author.settleKeys(keyring, using: &random)
    }
  }

  /// The name of the scope that the folder at a path becomes.
  func nameOfScope(ofFolderAt path: VaultPath) throws -> ScopeID {
    guard let names = ScopeNames(keyring, scope) else {
      throw FreeholdError(.refused, "this device has no key for that folder")
    }
    return names.name(of: try find(path, in: tree))
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
    let part = try await partToBe(scope)
    try await part.plantAtBirth(seed, settings: settingsForParts())
    try commit { draft in
      try draft.setAttribute(.scope, of: folder, to: scope.bytes)
      for child in draft.tree.children(of: folder) { try draft.trash(child.object) }
    }
    try await part.endBirth()
    parts[scope] = part
    // The scopes inside the new one are its own from now on; it comes for their homes itself.
    try await closeMovedParts()
  }

  /// What a scope inside this one is told of nodes.
  func settingsForParts() -> [(key: [UInt8], value: [UInt8])] {
    var settings = tree.settings(prefix: NodeEntry.prefix)
    if let redundancy = tree.setting(Redundancy.settingKey) {
      settings.append((Redundancy.settingKey, redundancy))
    }
    return settings
  }

  /// Plants a seed, and says when it begins and when it is done, so that who has heard half of it
  /// knows.
  func plantAtBirth(
    _ seed: ScopeSeed, settings: [(key: [UInt8], value: [UInt8])]
  ) throws {
    let birth = BirthSetting.key(device.key)
    try plant(seed, settings: [(birth, BirthSetting.begun)] + settings)
    try commit { draft in try draft.setSetting(birth, to: BirthSetting.done) }
  }

  /// The part for a scope that nothing refers to yet: a new one, unless this device has one that
  /// something has referred to before.
  private func partToBe(_ scope: ScopeID) async throws -> Vault {
    guard try environment.disk.exists(partPath(scope)), let part = try await part(scope) else {
      return try makePart(scope, isUnborn: true)
    }
    return part
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

/// The setting of a scope that tells how far a device is with giving it what its folder showed.
enum BirthSetting {
  static let prefix = Array("birth/".utf8)
  static let begun: [UInt8] = [0]
  static let done: [UInt8] = [1]

  static func key(_ device: Bytes32) -> [UInt8] { prefix + device.bytes }
}
