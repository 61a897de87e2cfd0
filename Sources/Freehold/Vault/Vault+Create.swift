import VaultCRDT
public import VaultCrypto
public import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSealing
import VaultStore

/// What a new vault is made from.
public struct NewVault: Sendable {
  /// What the owner calls the vault.
  public var name: String
  /// What the owner calls this device.
  public var deviceName: String
  /// The folder to bind to it: an absolute path as bytes; empty for none.
  public var folder: [UInt8]
  /// Where its recovery sheet will be: an absolute path as bytes; empty when it is shown.
  public var sheet: [UInt8]

  /// Describes a new vault.
  public init(name: String, deviceName: String, folder: [UInt8], sheet: [UInt8] = []) {
    self.name = name
    self.deviceName = deviceName
    self.folder = folder
    self.sheet = sheet
  }
}

extension Vault {
  /// Founds a vault: draws the recovery phrase, signs the first policy entries with the root keys
  /// that it stands for, and forgets them.
  ///
  /// Only the caller has the phrase afterwards. Until `finishMaking`, or until the vault is opened
  /// for the first time, it counts as unfinished (`Home.unfinishedVault`).
  public static func create(
    _ new: NewVault, in home: Home, unlock: Unlock
  ) async throws -> (vault: Vault, phrase: RecoveryPhrase) {
    let environment = home.environment
    var generator = environment.makeGenerator()
    let keys = try home.openOrMakeKeys(unlock)
    let phrase = RecoveryPhrase.generate(using: &generator)
    let root = try RootKeys(phrase: phrase)
    let founding = try found(
      root: root, keys: keys, time: environment.clock.now(), using: &generator)
    let facts = VaultFacts(
      genesis: founding.log.genesis, rootScope: founding.scope, name: new.name,
      deviceName: new.deviceName, folder: new.folder)
    let store = try VaultHome.open(home.vaultPath(facts.vault), on: environment.disk)
    try store.database.write { transaction in
      for entry in founding.log.entries {
        try transaction.addPolicyEntry(entry.cid, bytes: entry.bytes)
      }
      try facts.store(transaction)
      try transaction.setMeta(
        Home.unfinishedKey, to: UnfinishedVault.Origin.founded(sheet: new.sheet).mark)
    }
    _ = try HomeMark.isCopy(store, on: environment.disk)
    let vault = Vault(
      environment: environment, home: store, facts: facts,
      succession: DeviceSuccession(keys: keys), policy: founding.log, tree: Tree())
    try await vault.nameDevice()
    return (vault, phrase)
  }

  private static func found(
    root: RootKeys, keys: DeviceKeys, time: Timestamp,
    using generator: inout RandomnessGenerator
  ) throws -> (log: PolicyLog, scope: ScopeID) {
    let scope = ScopeID.generate(using: &generator)
    let epoch = EpochKey.generate(scope: scope, number: 0, using: &generator)
    let readers = [
      (keys.signing.did, keys.kem.publicKey), (root.signing.did, root.kem.publicKey),
    ]
    var seals: [DID: [UInt8]] = [:]
    for (reader, publicKey) in readers {
      seals[reader] =
        try EpochSeal.make(of: epoch, vault: root.signing.did, for: reader, to: publicKey).sealed
    }
    let founding = try Founding.founding(
      root: root, device: keys.signing.did, deviceKEM: keys.kem.publicKey, rootScope: scope,
      seals: seals, time: time, using: &generator)
    return (founding.log, scope)
  }

  /// Opens a vault that this device has.
  ///
  /// With a scope, the folder that somebody shared with this device.
  ///
  /// Throws `.busy` while another process has it open, `.noSuchVault` when it is not there.
  public static func open(
    _ vault: DID, scope: ScopeID? = nil, in home: Home, unlock: Unlock
  ) throws -> Vault {
    let opened = try reopen(vault, scope: scope, in: home, keys: try home.openKeys(unlock))
    try finishMaking(in: opened.home)
    return opened
  }

  /// Opens a vault, and leaves the mark of one in the making.
  static func reopen(
    _ vault: DID, scope: ScopeID? = nil, in home: Home, keys: DeviceKeys
  ) throws -> Vault {
    let path = home.vaultPath(vault, scope: scope)
    guard try home.environment.disk.exists(path) else {
      throw FreeholdError(
        .noSuchVault, "this device does not have the vault \(vault.text.suffix(16))",
        hint: "freehold init DIR makes one")
    }
    let store: VaultHome
    do {
      store = try VaultHome.open(path, on: home.environment.disk)
    } catch let error as StoreError where error.code == .busy {
      throw FreeholdError(.busy, error.sentence, hint: "wait until it is done, then try again")
    }
    do {
      return try reopen(store, keys: keys, environment: home.environment)
    } catch {
      store.close()
      throw error
    }
  }

  static func reopen(
    _ store: VaultHome, keys: DeviceKeys, environment: Environment
  ) throws -> Vault {
    let (known, entries) = try store.database.read {
      (try VaultFacts($0), try $0.policyEntries())
    }
    guard var facts = known else {
      throw FreeholdError.notFinished(store.path)
    }
    var succession = try store.database.read {
      try DeviceSuccession($0, base: keys, vault: facts.vault)
    }
    let policy = try PolicyLog(genesis: facts.genesis, restoring: entries.map(\.bytes))
    let state = policy.evaluate()
    let isCopy = try HomeMark.isCopy(store, on: environment.disk)
    if isCopy {
      try requireSuccessor(succession.keys.signing.did, state)
      (succession, facts) = try succeed(store, succession, facts, in: environment)
    }
    let tree = try loadTree(
      home: store, scope: facts.rootScope,
      opener: EntryOpener(state, keyring: succession.keyring(state)), storeKey: keys.storeKey)
    return Vault(
      environment: environment, home: store, facts: facts, succession: succession,
      policy: policy, tree: tree, notice: isCopy ? sentence(facts) : nil)
  }

  /// Only a manager lets its own successor in: a guest's copied home needs a new grant.
  private static func requireSuccessor(_ device: DID, _ state: PolicyState) throws {
    let grants = state.grants(to: device)
    guard grants.isEmpty || grants.contains(where: { $0.rank != nil }) else {
      throw FreeholdError(
        .refused, "this home is a copy of another device's, and what was shared with that one",
        hint: DeviceSuccession.guestHint)
    }
  }

  /// Says that a vault that is new here has its recovery sheet, if any, and its folder: from now
  /// on it is here for good.
  public func finishMaking() throws {
    try Self.finishMaking(in: home)
  }

  private static func finishMaking(in store: VaultHome) throws {
    guard try store.database.read({ try $0.meta(Home.unfinishedKey) }) != nil else { return }
    try store.database.write { try $0.setMeta(Home.unfinishedKey, to: nil) }
  }

  /// Tells all devices what this one is called, unless they know.
  func nameDevice() throws {
    guard tree.setting(DeviceSetting.key(device.key)) == nil else { return }
    try commit { draft in
      try draft.setSetting(DeviceSetting.key(device.key), to: Array(facts.deviceName.utf8))
    }
  }

  /// Writes entries into the policy log as this device, durably.
  func author(_ body: (inout PolicyAuthor) throws -> Void) throws {
    precondition(!isPart, "the outermost part writes into the policy")
    if let renewed { throw renewed }
    try requireOnlyHome()
    var author = try PolicyAuthor(device: keys.signing, log: policy)
    try body(&author)
    let written = author.entries
    guard !written.isEmpty else { return }
    try database.write { transaction in
      for entry in written { try transaction.addPolicyEntry(entry.cid, bytes: entry.bytes) }
    }
    policy = author.log
    keyring = makeKeyring()
  }

  /// Lets a node hold the vault, unless it does already.
  func grantHold(to node: DID) throws {
    guard !policy.state.grants(to: node).contains(where: \.isLive) else { return }
    var random = generator
    try author { try $0.grantHold(to: node, using: &random) }
    generator = random
  }
}
