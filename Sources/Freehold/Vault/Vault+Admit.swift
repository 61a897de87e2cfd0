import VaultCRDT
public import VaultCrypto
public import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSealing
import VaultStore

extension Home {
  /// This machine's device, made now when there is none: what another device needs to admit it.
  public func makeDevice(_ unlock: Unlock) throws -> (did: DID, kem: KEMPublicKey) {
    let keys = try openOrMakeKeys(unlock)
    return (keys.signing.did, keys.kem.publicKey)
  }
}

extension Vault {
  /// Lets another device of the owner in: grants it everything and seals the keys to it, durably.
  ///
  /// Repeating it for a device that is part of the vault only makes the admission anew. The nodes
  /// hear of it with the next sync; until then they refuse the new device.
  public func admit(_ device: DID, kem: KEMPublicKey) throws -> Admission {
    var random = generator
    defer { generator = random }
    let keyring = self.keyring
    let isNew = policy.state.managerGrant(of: device) == nil
    try author { author in
      if isNew { try author.grantDevice(device, kem: kem, using: &random) }
      try author.settleKeys(keyring, using: &random)
    }
    return Admission(
      genesis: facts.genesis.bytes, policy: policy.entries.map(\.bytes), rootScope: scope,
      name: facts.name, nodes: nodeBook.sorted { $0.key < $1.key }.map(\.value.bytes))
  }

  /// Does what the policy owes in keys, as far as this device may and can.
  ///
  /// After concurrent revocations any manager that sees it completes what is missing.
  func settleKeys() throws {
    guard !isPart, !policy.state.owedRotations().isEmpty,
      policy.state.managerGrant(of: device) != nil, try otherHome == nil
    else { return }
    var random = generator
    defer { generator = random }
    let keyring = self.keyring
    try author { try $0.settleKeys(keyring, using: &random) }
  }

  /// Makes this machine a device of a vault that has admitted it.
  ///
  /// The first sync brings the tree. Until `finishMaking`, or until the vault is opened for the
  /// first time, it counts as unfinished (`Home.unfinishedVaults`); whoever is let into such a one
  /// again goes on with it. The ticket says by which code it was.
  ///
  /// Throws `refused` when the admission is another device's, `tampered` when it makes no sense.
  public static func join(
    _ admission: Admission, deviceName: String, folder: [UInt8], in home: Home, unlock: Unlock,
    ticket: [UInt8] = []
  ) throws -> Vault {
    let keys = try home.openKeys(unlock)
    let log = try verified(admission)
    let state = log.evaluate()
    guard state.managerGrant(of: keys.signing.did) != nil else {
      throw FreeholdError(.refused, "this admission is for another device")
    }
    let keyring = Keyring(state, device: keys.signing.did, kem: keys.kem)
    guard keyring.writingKey(admission.rootScope) != nil else {
      throw FreeholdError(.tampered, "the admission holds no key for this device")
    }
    let facts = VaultFacts(
      genesis: log.genesis, rootScope: admission.rootScope, name: admission.name,
      deviceName: deviceName, folder: folder, firstNodes: admission.nodes)
    return try takeUp(
      facts, log, at: home.vaultPath(facts.vault), ticket: ticket, keys: keys,
      environment: home.environment)
  }

  /// Keeps what this device was let into, as unfinished; goes on with what an interrupted command
  /// has left of it.
  ///
  /// The ticket says by which invitation it was.
  static func takeUp(
    _ facts: VaultFacts, _ log: PolicyLog, at path: DiskPath, ticket: [UInt8], keys: DeviceKeys,
    environment: Environment
  ) throws -> Vault {
    let store = try VaultHome.open(path, on: environment.disk)
    let isNew: Bool
    do {
      isNew = try store.database.write { transaction in
        let isNew = try VaultFacts(transaction) == nil
        if !isNew { try requireAdmittedBefore(transaction) }
        for entry in log.entries {
          try transaction.addPolicyEntry(entry.cid, bytes: entry.bytes)
        }
        try facts.store(transaction)
        try transaction.setMeta(
          Home.unfinishedKey, to: UnfinishedVault.Origin.admitted(ticket: ticket).mark)
        return isNew
      }
    } catch {
      store.close()
      throw error
    }
    guard isNew else { return try reopen(store, keys: keys, environment: environment) }
    _ = try HomeMark.isCopy(store, on: environment.disk)
    return Vault(
      environment: environment, home: store, facts: facts,
      succession: DeviceSuccession(keys: keys), policy: log, tree: Tree())
  }

  /// Throws unless the vault is here because of a command that was interrupted.
  private static func requireAdmittedBefore(_ transaction: VaultTransaction) throws {
    guard let mark = try transaction.meta(Home.unfinishedKey),
      case .admitted = UnfinishedVault.Origin(mark: mark)
    else { throw FreeholdError(.usage, "this device has that vault already") }
  }

  /// Goes on with a vault that this device was let into and whose folder was never bound.
  public static func resume(
    _ unfinished: UnfinishedVault, in home: Home, unlock: Unlock
  ) async throws -> Vault {
    let vault = try reopen(unfinished.vault, in: home, keys: try home.openKeys(unlock))
    try await vault.begin()
    return vault
  }

  /// The policy log of an admission, every signature checked.
  private static func verified(_ admission: Admission) throws -> PolicyLog {
    do {
      var log = PolicyLog(genesis: try Genesis(decoding: admission.genesis))
      for entry in admission.policy { _ = try log.add(entry) }
      guard log.waitingCount == 0 else {
        throw FreeholdError(.tampered, "the admission's policy has gaps")
      }
      return log
    } catch let error as PolicyError {
      throw FreeholdError(.tampered, "the admission's policy makes no sense: \(error.sentence)")
    }
  }
}
