import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSealing
import VaultStore

extension Vault {
  /// Takes up what was granted to this device: the folder is bound to that scope and no other.
  ///
  /// The first sync brings the files. Until `finishMaking`, or until it is opened for the first
  /// time, it counts as unfinished: accepting it again goes on with it.
  ///
  /// Throws `refused` when it was granted to somebody else, or only to hold, `tampered` when the
  /// invitation makes no sense.
  public static func accept(
    _ offer: ShareOffer, deviceName: String, folder: [UInt8], in home: Home, unlock: Unlock
  ) throws -> Vault {
    let keys = try home.openKeys(unlock)
    let log = try offer.verifiedLog()
    let state = log.evaluate()
    let device = keys.signing.did
    guard state.grant(for: device, allowing: .pullLog(scope: offer.scope)) != nil else {
      throw FreeholdError(
        .refused, "this invitation is for somebody else, or for another device",
        hint: "freehold card shows the card of this one")
    }
    guard state.readers(of: offer.scope).contains(where: { $0.did == device }) else {
      throw FreeholdError(
        .refused, "this invitation is to hold what lies in the vault, not to read it",
        hint: "there is no folder to be had by it; ask for --read if you are to see the files")
    }
    guard Keyring(state, device: device, kem: keys.kem).writingKey(offer.scope) != nil else {
      throw FreeholdError(.tampered, "the invitation holds no key for this device")
    }
    let facts = VaultFacts(
      genesis: log.genesis, rootScope: offer.scope, name: offer.name, deviceName: deviceName,
      folder: folder, firstNodes: offer.nodes)
    return try takeUp(
      facts, log, at: home.vaultPath(facts.vault, scope: offer.scope),
      ticket: Array(offer.scope.hex.utf8), keys: keys, environment: home.environment)
  }
}

extension ShareOffer {
  /// The policy log, every signature checked; its signer is a manager by it, and it names the
  /// scope.
  fileprivate func verifiedLog() throws -> PolicyLog {
    let log: PolicyLog
    do {
      var grown = PolicyLog(genesis: try Genesis(decoding: genesis))
      for entry in policy { _ = try grown.add(entry) }
      log = grown
    } catch {
      throw FreeholdError(.tampered, "the invitation's policy makes no sense: \(error.sentence)")
    }
    guard log.waitingCount == 0, log.vault == vault else {
      throw FreeholdError(.tampered, "the invitation's policy has gaps")
    }
    let state = log.evaluate()
    guard state.managerGrant(of: device) != nil, state.scopes.contains(where: { $0.scope == scope })
    else {
      throw FreeholdError(.tampered, "the invitation is not by a manager of the vault it names")
    }
    return log
  }
}
