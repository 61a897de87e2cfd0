import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultStore
import VaultSync

// Putting a device out.
//
// First this device hears what there is, so that as much as possible of the other's work stays.
// Then, in one step on the disk: the removal, which names what stays, and a new key for every scope
// that the other could read. Then the nodes are told, each signs, and who is silent is named.

extension Vault {
  /// What revoking a device would do; changes nothing but what this device knows.
  ///
  /// Throws `refused` when this device may not, with what to do instead.
  public func planRevocation(of choice: String) async throws -> RevocationPlan {
    try requireManager("revoke a device")
    let unheard = try await listenToNodesInAllParts()
    let device = try find(device: choice)
    guard device.isActive else {
      throw FreeholdError(.usage, "\(device.name) was revoked before; it has no access")
    }
    guard !device.isThis else {
      throw FreeholdError(
        .refused, "a device does not revoke itself",
        hint: "do it on another device, or with the 24 words: freehold recover")
    }
    let falling = try falling(with: device.did)
    let known = try devices()
    return RevocationPlan(
      device: device,
      falling: known.filter { falling.contains($0.did) && $0.did != device.did },
      former: try formerDevices(of: device.did).filter { !falling.contains($0.did) },
      fallingAccess: try await access(of: bystanders(of: device.did)),
      keptEntries: try await kept(of: losers(of: device.did)).feeds.values.joined()
        .reduce(0) { $0 + Int(clamping: $1.count) },
      unheard: unheard)
  }

  /// Puts a device out, durably, and tells the nodes.
  ///
  /// People in `names` get from this device what they have through the other only.
  public func revoke(
    _ plan: RevocationPlan, keeping names: Set<String> = []
  ) async throws -> RevocationOutcome {
    _ = try falling(with: plan.device.did)
    let kept = try await kept(of: losers(of: plan.device.did))
    let nodes = nodeBook.keys.sorted()
    let again = try only(names, bystanders(of: plan.device.did))
    let started = try await withdraw { author, random in
      try author.giveAgain(again, using: &random)
      try author.revoke(.principal(plan.device.did), keptOperations: kept)
      try author.grantHoldAgain(to: nodes, using: &random)
    }
    return RevocationOutcome(
      plan: plan, newEpochs: started, coverage: try await announcePolicy())
  }

  /// Who would have no access any more, itself included.
  ///
  /// Throws `refused` when the revocation would not count.
  private func falling(with device: DID) throws -> Set<DID> {
    let before = Set(policy.state.managers.map(\.principal))
    var trial = try PolicyAuthor(device: keys.signing, log: policy)
    try trial.revoke(.principal(device), keptOperations: .none)
    let after = Set(trial.state.managers.map(\.principal))
    guard !after.contains(device) else {
      throw FreeholdError(
        .refused, "\(deviceLabel(device.key)) ranks as high as this device, or higher",
        hint: "the 24 words stand above all: freehold recover into another home, then revoke there")
    }
    return before.subtracting(after)
  }

  /// Whoever loses a grant when a device is put out: itself, and whom it let in.
  private func losers(of device: DID) throws -> Set<DID> {
    Set(try lost(with: device).map(\.principal))
  }

  /// What others lose when a device is put out.
  private func bystanders(of device: DID) throws -> [GrantRecord] {
    try lost(with: device).filter { $0.principal != device }
  }

  private func lost(with device: DID) throws -> [GrantRecord] {
    try lost { author in try author.revoke(.principal(device), keptOperations: .none) }
  }

  /// Everything of these devices that is known here, in all scopes.
  func kept(of devices: Set<DID>) async throws -> KeptOperations {
    let feeds = try await allFeeds().filter { devices.contains($0.device) }
    return KeptOperations(
      Dictionary(grouping: feeds, by: \.device).mapValues { feeds in
        feeds.map { VaultPolicy.FeedPosition(scope: $0.scope, count: $0.count, chain: $0.chain) }
      })
  }

  /// The feeds of this scope and of those inside it.
  func allFeeds() async throws -> [StoredFeed] {
    var feeds = try database.read { try $0.feeds() }
    for (mount, part) in try await openParts() {
      guard await part.hasHeard else {
        throw FreeholdError(
          .offline, "this device has nothing of \(mount.shown) yet: what stays cannot be named",
          hint: "freehold sync while a node can be reached, then try again")
      }
      feeds += try await part.allFeeds()
    }
    return feeds
  }

  /// Fetches what all nodes have of this scope and of those inside it; a sentence for each
  /// node that cannot be asked.
  func listenToNodesInAllParts() async throws -> [String] {
    let unheard = try await listenToNodes()
    for (_, part) in try await openParts() {
      _ = try await part.listenToNodesInAllParts()
      try adoptPolicy(await part.policy)
    }
    return unheard
  }

  /// Fetches what all nodes have, side by side; a sentence for each that cannot be asked.
  func listenToNodes() async throws -> [String] {
    try mirrorNodes()
    let clients = try clients(meter: TrafficMeter())
    let outcomes = await withTaskGroup(of: NodeOutcome.self) { group in
      for client in clients {
        group.addTask { await self.exchange(with: client, onlyFetches: true) }
      }
      var outcomes: [NodeOutcome] = []
      for await outcome in group { outcomes.append(outcome) }
      return outcomes
    }
    try Task.checkCancellation()
    try storeCheckpointIfWorthIt()
    return outcomes.sorted { $0.node < $1.node }.compactMap { $0.trouble?.message }
  }
}

extension PolicyAuthor {
  /// Nodes that somebody who was put out took up hold the vault on: their grants fell with it.
  mutating func grantHoldAgain(
    to nodes: [DID], using random: inout RandomnessGenerator
  ) throws {
    for node in nodes where !state.grants(to: node).contains(where: \.isLive) {
      try grantHold(to: node, using: &random)
    }
  }
}
