import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultStore
import VaultSync

// When a home becomes a new device, the homes of scopes inside it become that device's.
//
// Only the outermost one makes keys and has them let in. A home inside it goes on under them, and
// tells nodes nothing before one of them was asked: what a former device wrote here either is what
// the nodes have and may be brought to them, or another home has written something else in its
// place, and it is written once more, with what was written here since.

extension Vault {
  /// Makes the home of a scope this device's own, if it was left by a device that this one was.
  ///
  /// A home that is this device's, and a copy, shows that there is another one. Returns whether it
  /// is this device's now.
  static func makeOwn(
    _ store: VaultHome, of around: PartSurroundings, on disk: any Disk
  ) throws -> Bool {
    let owner = try store.database.read { try $0.meta(partDeviceKey) }.flatMap { Bytes32($0) }
    guard let device = owner.map({ DID(key: $0) }) else { return false }
    if device == around.device {
      guard try HomeMark.isCopy(store, on: disk) else { return true }
      let mark = try HomeMark.make(store, on: disk)
      try store.database.write { transaction in
        try OtherHome.note(device, transaction)
        try HomeMark.keep(mark, transaction)
      }
      return true
    }
    guard around.former.all.contains(device) else { return false }
    try takeOver(store, of: device, for: around, on: disk)
    return true
  }

  private static func takeOver(
    _ store: VaultHome, of owner: DID, for around: PartSurroundings, on disk: any Disk
  ) throws {
    let mark = try HomeMark.make(store, on: disk)
    try store.database.write { transaction in
      guard var facts = try VaultFacts(transaction) else { return }
      var former = try FormerDevices(transaction)
      former.add(around.former)
      former.leave(owner)
      facts.deviceName = around.deviceName
      try former.store(transaction)
      try facts.store(transaction)
      try transaction.setMeta(partDeviceKey, to: around.device.key.bytes)
      try transaction.setMeta(comparesKey, to: [1])
      try HomeMark.keep(mark, transaction)
    }
  }

  /// Whether nodes may be told what is here.
  var mayTell: Bool {
    get throws {
      try database.read { transaction in
        try OtherHome(transaction) == nil && FormerDevices(transaction).unsettled.isEmpty
      }
    }
  }

  /// Finds out how much of what former devices have written here the nodes have too.
  ///
  /// Throws when no node that was reached can tell.
  func settleFormerDevices(_ outcomes: [NodeOutcome], _ clients: [NodeClient]) async throws {
    var former = try database.read { try FormerDevices($0) }
    let reached = outcomes.filter(\.isReached)
    guard !former.unsettled.isEmpty, !reached.isEmpty else { return }
    _ = await fillHistory(from: clients, bytesMax: .max)
    var unshared: [UnsharedEntries] = []
    for device in former.unsettled {
      let other = try otherHome(of: device)
      guard
        let furthest = try await compareFeed(of: device, other: other, with: reached, clients)
      else { continue }
      unshared.append(try unsharedEntries(of: device, behind: furthest.sharedCount))
    }
    // What this device has written here since may build on it, and no node has it.
    if unshared.contains(where: { !$0.entries.isEmpty }) {
      unshared.append(try unsharedEntries(of: device, behind: 0))
    }
    let replay = try sealForReplay(unshared)
    former = former.settled
    try database.write { transaction in
      try takeOut(unshared, replay, transaction)
      try OtherHome.forget(transaction)
      try former.store(transaction)
    }
    guard replay != nil else { return }
    try reloadTree()
    try self.replay()
  }
}

/// What the home of a scope is told of the one around it.
struct PartSurroundings {
  /// The device that both are.
  let device: DID
  let deviceName: String
  let policy: PolicyLog
  /// The devices that it was.
  let former: FormerDevices

  /// The policy as both know it together.
  func joined(with log: PolicyLog) throws -> PolicyState {
    var all = policy
    guard log.heads != all.heads else { return all.evaluate() }
    for entry in log.entries where all.entry(entry.cid) == nil { _ = try all.add(entry.bytes) }
    return all.evaluate()
  }
}
