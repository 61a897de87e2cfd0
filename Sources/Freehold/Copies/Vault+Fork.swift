import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultStore
import VaultSync

// A node shows what this device has signed, and not in this home: another home is the same device.
// How much both have is told by the signed entries, or by the head where it is of a state that was
// here. The entries that only this home has are taken out of the old feed, and written once more as
// the new device's own, on what it had seen when it wrote them.

extension Vault {
  /// Whether new keys of this home could be let in: by the manager that it was.
  private var maySucceed: Bool {
    policy.state.grants(to: device).contains { $0.rank != nil } || succession.former != nil
  }

  /// Becomes a new device when a node has shown, now or before, that this home is a copy.
  ///
  /// Something of its own that it does not know proves that; entries that differ from its own do so
  /// only when it has signed them, or else the node lies. One node that can be asked and is honest
  /// is enough. Without any, a home that is known to be a copy does nothing: this throws why. The
  /// home of a scope inside another one leaves it to that one.
  func endFork(_ outcomes: [NodeOutcome], _ clients: [NodeClient]) async throws {
    let other = try otherHome
    guard other == nil || !isPart else { throw FreeholdError.sameDevice }
    let reached = outcomes.filter { $0.isReached && (other != nil || $0.doubtsOwnFeed) }
    guard !reached.isEmpty else {
      if other != nil { throw Self.waitsForNode }
      return
    }
    let furthest: FeedComparison?
    do {
      furthest = try await compareFeed(of: device, other: other, with: reached, clients)
    } catch is FreeholdError where other == nil {
      // A node that shows what nobody signed, or nothing more, proves nothing about this home.
      return
    }
    guard let furthest else { return }
    try noteOtherHome()
    guard !isPart else { throw FreeholdError.sameDevice }
    try await succeedAfterFork(furthest, clients)
  }

  private static let waitsForNode = FreeholdError(
    .offline, "this home is a copy and asks a node first, and none can be reached",
    hint: "everything stays as it is until then")

  /// What a home inside this one has found out is true of this one too.
  func learn(from part: Vault) async throws {
    guard isPart || maySucceed, try await part.otherHome != nil else { return }
    try noteOtherHome()
  }

  /// Becomes a new device after a node has shown what this one never signed here.
  ///
  /// Throws `HomeRenewed` when that is done.
  private func succeedAfterFork(
    _ comparison: FeedComparison, _ clients: [NodeClient]
  ) async throws -> Never {
    // The tree is built anew without what only this home has: that takes the whole history.
    _ = await fillHistory(from: clients, bytesMax: .max)
    guard maySucceed else {
      throw FreeholdError(
        .tampered, "another home is the same device as this one",
        hint: policy.state.grants(to: device).isEmpty
          ? "freehold join into a new home, with the folder as it is: --home DIR"
          : DeviceSuccession.guestHint)
    }
    let lost = try unsharedEntries(of: device, behind: comparison.sharedCount)
    let replay = try sealForReplay([lost])
    var random = generator
    let next = try succession.succeeded(using: &random)
    var former = try database.read { try FormerDevices($0) }
    former.add(device)
    var facts = self.facts
    facts.deviceName = Self.nextName(facts.deviceName)
    try database.write { transaction in
      try takeOut([lost], replay, transaction)
      try OtherHome.forget(transaction)
      try former.store(transaction)
      try next.store(transaction, vault: facts.vault, using: &random)
      try facts.store(transaction)
      try transaction.setMeta(Self.comparesKey, to: [1])
    }
    // What is in memory is of the former device: the vault is opened anew.
    isTreeDirty = false
    let done = HomeRenewed(description: Self.sentence(facts))
    renewed = done
    throw done
  }
}
