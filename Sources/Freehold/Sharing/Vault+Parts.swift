import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultPolicy
import VaultStore
import VaultSync

// The scopes inside a scope.
//
// Each has a home inside the home of the one around it, and is a `Vault` that knows this scope and
// no other: the same code syncs it for its owner and for a guest, who has nothing around it. Only
// the outermost one writes into the policy, so that a device never numbers two entries alike; what
// each learns of the policy the others are told.

extension Vault {
  static let partsFolder = "scopes"
  static let partDeviceKey = "part-device"
  /// Set in a part's database until the tree around refers to it.
  static let unbornKey = "unborn"
  /// Where a part's folder was when it was last synced.
  static let boundKey = "bound-folder"

  /// Takes in what another part of this device, or a node, knows of the policy.
  ///
  /// Logs with the same heads are the same: an entry is accepted after all that it builds on.
  func adoptPolicy(_ log: PolicyLog) throws {
    guard log.heads != policy.heads else { return }
    var news = SyncNews(shown: StateParts())
    news.policy = log.entries.map(\.bytes)
    _ = try ingest(news)
  }

  /// The part of a scope inside this one, opened, or made when this device has none yet; nil when
  /// there is no key for it here.
  func part(_ scope: ScopeID) async throws -> Vault? {
    if let open = parts[scope] { return open }
    guard keyring.writingKey(scope) != nil else { return nil }
    let path = partPath(scope)
    try fetchHome(of: scope)
    if try environment.disk.exists(path) {
      let part = try Self.openPart(
        at: path, of: try surroundings(), succession: succession, environment: environment)
      if let part {
        parts[scope] = part
        try await part.adoptPolicy(policy)
        return part
      }
    }
    let part = try makePart(scope)
    parts[scope] = part
    return part
  }

  func partPath(_ scope: ScopeID) -> DiskPath {
    home.path.appending(Self.partsFolder).appending(scope.hex)
  }

  /// Moves the home of a scope from where it was before this part was made between it and the scope
  /// around, at whatever depth.
  private func fetchHome(of scope: ScopeID) throws {
    let disk = environment.disk
    let own = partPath(scope)
    guard isPart, try !disk.exists(own) else { return }
    var folder = home.path.parent
    while let homes = folder, homes.name == Array(Self.partsFolder.utf8) {
      let former = homes.appending(scope.hex)
      if try disk.exists(former) {
        do {
          try HomeLock(of: former, on: disk).release()
        } catch let error as StoreError where error.code == .busy {
          throw FreeholdError(.busy, error.sentence, hint: "the next freehold sync tries it again")
        }
        if let place = own.parent { try disk.makeFolder(place) }
        return try disk.move(former, to: own)
      }
      folder = homes.parent?.parent
    }
  }

  /// Closes parts that are inside another part by now, or gone.
  func closeMovedParts() async throws {
    let mounted = Set(mounts().map(\.scope))
    for (scope, part) in parts where !mounted.contains(scope) {
      try await part.close()
      parts[scope] = nil
    }
  }

  /// What a part is told of this home.
  private func surroundings() throws -> PartSurroundings {
    PartSurroundings(
      device: device, deviceName: facts.deviceName, policy: policy,
      former: try database.read { try FormerDevices($0) })
  }

  /// Opens a part; nil when it is to be made: its making was interrupted, or it was somebody's whom
  /// nobody knows, and was put aside; the scope comes anew from the nodes.
  private static func openPart(
    at path: DiskPath, of around: PartSurroundings, succession: DeviceSuccession,
    environment: Environment
  ) throws -> Vault? {
    let store = try VaultHome.open(path, on: environment.disk)
    do {
      guard try store.database.read({ try VaultFacts($0) }) != nil else {
        // Its making was interrupted before anything was in it.
        store.close()
        return nil
      }
      guard try makeOwn(store, of: around, on: environment.disk) else {
        store.close()
        try putAside(path, on: environment.disk)
        return nil
      }
      try endBirth(store)
      let (known, entries, bound) = try store.database.read {
        (try VaultFacts($0), try $0.policyEntries(), try $0.meta(boundKey))
      }
      guard let facts = known else { throw FreeholdError.notFinished(path) }
      let log = try PolicyLog(genesis: facts.genesis, restoring: entries.map(\.bytes))
      // This home may have heard of the keys that it has as a new device before the part did.
      let keyring = succession.keyring(try around.joined(with: log))
      let tree = try loadTree(
        home: store, scope: facts.rootScope,
        opener: EntryOpener(log.evaluate(), keyring: keyring),
        storeKey: succession.keys.storeKey)
      return Vault(
        environment: environment, home: store, facts: facts, succession: succession, policy: log,
        tree: tree, isPart: true, boundFolder: bound ?? [])
    } catch {
      store.close()
      throw error
    }
  }

  /// Says that the tree around refers to a part from now on.
  static func endBirth(_ store: VaultHome) throws {
    guard try store.database.read({ try $0.meta(unbornKey) }) != nil else { return }
    try store.database.write { try $0.setMeta(unbornKey, to: nil) }
  }

  /// Nothing of it is thrown away: it may hold what no node has.
  private static func putAside(_ path: DiskPath, on disk: any Disk) throws {
    for number in 1...1_000 {
      let aside = DiskPath(path.bytes + Array(".before-\(number)".utf8))
      guard try !disk.exists(aside) else { continue }
      return try disk.move(path, to: aside)
    }
    throw FreeholdError(.failed, "there are too many former homes beside \(path)")
  }

  /// Makes a part without a tree.
  func makePart(_ scope: ScopeID, isUnborn: Bool = false) throws -> Vault {
    let known = nodeBook.sorted { $0.key < $1.key }.map(\.value.bytes)
    let facts = VaultFacts(
      genesis: self.facts.genesis, rootScope: scope, name: self.facts.name,
      deviceName: self.facts.deviceName, folder: Array("scope/\(scope.hex)".utf8),
      firstNodes: known)
    let store = try VaultHome.open(partPath(scope), on: environment.disk)
    let entries = policy.entries
    let owner = device.key.bytes
    let former = try database.read { try FormerDevices($0) }.settled
    try store.database.write { transaction in
      try former.store(transaction)
      for entry in entries { try transaction.addPolicyEntry(entry.cid, bytes: entry.bytes) }
      try facts.store(transaction)
      try transaction.setMeta(Self.partDeviceKey, to: owner)
      if isUnborn { try transaction.setMeta(Self.unbornKey, to: [1]) }
    }
    _ = try HomeMark.isCopy(store, on: environment.disk)
    let part = Vault(
      environment: environment, home: store, facts: facts,
      succession: succession, policy: policy, tree: Tree(), isPart: true,
      boundFolder: [])
    return part
  }

  /// All scopes inside this one that this device has, with their paths from here.
  func openParts() async throws -> [(mount: Mount, part: Vault)] {
    var open: [(mount: Mount, part: Vault)] = []
    for mount in mounts() {
      if let part = try await part(mount.scope) { open.append((mount, part)) }
    }
    return open
  }

  /// Who looks after a path, and what the path is there: this scope, or one inside it.
  func holder(of path: VaultPath) async throws -> (vault: Vault, path: VaultPath) {
    guard let mount = mounts().first(where: { path.names.starts(with: $0.path) }) else {
      return (self, path)
    }
    guard let part = try await part(mount.scope) else {
      throw FreeholdError(
        .refused, "this device has no key for that folder",
        hint: "freehold sync fetches it; a device that has it seals it to this one")
    }
    return try await part.holder(of: VaultPath(Array(path.names.dropFirst(mount.path.count))))
  }
}
