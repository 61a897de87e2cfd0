import Freehold
import FreeholdTestKit
import StorageNode
import VaultEncoding
import VaultEnvironment

/// What it costs to put one of a hundred people out of a folder.
extension PolicyBench {
  /// The call that `freehold revoke` makes, with two nodes in this process: nodes are heard, the
  /// grants are revoked, a new key is sealed to all others, and both nodes sign.
  static func revokeMember(_ table: inout Table) async throws {
    let members = 100
    let network = InProcessNetwork()
    let clock = SimulatedClock()
    let nodes = try (0..<2).map { try network.addNode(seed: 70 + $0, clock: clock) }
    func home(_ seed: UInt64) -> Home {
      Home(
        DiskPath("/home"),
        environment: Environment(
          clock: clock, randomness: SeededRandomness(seed: seed),
          disk: SimulatedDisk(seed: seed).start(), network: network))
    }
    let (vault, _) = try await Vault.create(
      NewVault(name: "papers", deviceName: "laptop", folder: []), in: home(1), unlock: .unsealed)
    for node in nodes {
      _ = try await vault.addNode(
        try node.invite(quotaBytes: 1 << 32), name: nil, region: nil, operatorName: nil)
    }
    try await vault.makeFolder(VaultPath("shared".utf8))
    try await vault.write(VaultPath("shared/file.txt".utf8), bytes: Array("hello".utf8))
    _ = try await vault.sync()
    let path = try VaultPath("shared".utf8)
    var slowest = 0.0
    for number in 0..<members {
      let name = "person\(number)"
      let card = try home(100 + UInt64(number)).makeCard(name: name, .unsealed)
      _ = try await vault.addContact(name, card)
      let start = ContinuousClock.now
      let plan = try await vault.planGrant(AccessTerms(.write), to: name, at: path)
      _ = try await vault.grant(plan)
      slowest = max(slowest, inMilliseconds(ContinuousClock.now - start))
    }
    let present = try await vault.grants(reaching: path).count
    guard present == members else { throw PolicyBenchError(what: "\(present) have access") }
    table.row("the slowest of \(members) grants", slowest)
    var best = Double.infinity
    for number in 0..<5 {
      let start = ContinuousClock.now
      let plan = try await vault.planRevocation(ofAccess: "person\(number)", to: path)
      let outcome = try await vault.revoke(plan)
      best = min(best, inMilliseconds(ContinuousClock.now - start))
      guard outcome.newEpochs == 1, outcome.coverage.silent.isEmpty else {
        throw PolicyBenchError(what: "the revocation is not what it should be")
      }
    }
    table.row("one of \(members) members put out", best, limitMilliseconds: 1_000)
  }
}
