import FreeholdTestKit
import Testing
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultStore
import VaultSync

@testable import StorageNode

@Suite struct HomeTests {
  private let medium = SimulatedDisk(seed: 1)
  private let clock = SimulatedClock()

  private func environment() -> Environment {
    Environment(
      clock: clock, randomness: SeededRandomness(seed: 1), disk: medium.start(),
      network: NoNetwork())
  }

  private let configuration = NodeConfiguration(
    sizeBytes: 1 << 30, listen: ListenAddress(host: "127.0.0.1", port: 7_400), region: "north",
    operatorName: "me")

  @Test func `a node is made once, opened again, and invites`() throws {
    let environment = environment()
    let home = try NodeHome.create(
      at: "/n", configuration: configuration, environment: environment)
    let again = try NodeHome.open(at: "/n", environment: environment)
    #expect(again.did == home.did)
    #expect(again.configuration == configuration)
    let invitation = try Invitation(line: again.invite(quotaBytes: 1 << 20))
    #expect(invitation.quotaBytes == 1 << 20)
    #expect(invitation.record.node == home.did)
    #expect(invitation.record.addresses == ["https://127.0.0.1:7400"])
    #expect(invitation.record.region == "north" && invitation.record.operatorName == "me")
    #expect(throws: NodeError(.exists, "")) {
      try NodeHome.create(at: "/n", configuration: configuration, environment: environment)
    }
    #expect(throws: NodeError(.missing, "")) {
      try NodeHome.open(at: "/other", environment: environment)
    }
    #expect(throws: NodeError(.configuration, "")) { try again.invite(quotaBytes: 2 << 30) }
  }

  @Test func `only one process holds a folder`() throws {
    let environment = environment()
    let home = try NodeHome.create(
      at: "/n", configuration: configuration, environment: environment)
    let hold = try home.hold()
    #expect(throws: NodeError(.busy, "")) { try home.hold() }
    hold.release()
    try home.hold().release()
  }

  @Test func `a record is renewed with a higher number when the address changes`() throws {
    let home = try NodeHome.create(
      at: "/n", configuration: configuration, environment: environment())
    let first = try #require(try home.storedRecord())
    #expect(try home.record(addresses: first.addresses) == first)
    let second = try home.record(addresses: ["https://elsewhere:1"])
    #expect(second.sequence > first.sequence)
    #expect(try home.storedRecord() == second)
    #expect(second.publicKeyHash == first.publicKeyHash)
  }

  @Test func `the token of an invitation is kept nowhere`() throws {
    let home = try NodeHome.create(
      at: "/n", configuration: configuration, environment: environment())
    let invitation = try Invitation(line: home.invite(quotaBytes: 1 << 20))
    for (path, bytes) in medium.allFiles() {
      #expect(!bytes.holds(invitation.token), "\(path)")
    }
    let store = try home.openStore()
    let tokens = try store.database.read { transaction in
      try transaction.all("SELECT token FROM invitations") { $0.bytes(0) }
    }
    #expect(tokens.count == 1 && tokens[0] != invitation.token)
  }

  @Test func `scrub names a rotten, a short and a missing shard and changes nothing`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let shards = (0..<4).map { [UInt8](repeating: UInt8($0), count: 6_000) }
    for shard in shards { #expect(try node.put(shard, of: &vault).status == 200) }
    let paths = shards.map { node.service.files.path(of: ShardName(of: $0), in: vault.did) }
    #expect(node.medium.flipBit(40_000, of: paths[0]))
    #expect(node.medium.replace(paths[1], with: [1, 2, 3]))
    try node.service.environment.disk.remove(paths[2])
    let home = NodeHome(
      configuration: configuration, files: NodeFiles(folder: TestNode.folder), key: node.key,
      certificate: try certificate(), environment: node.service.environment)
    let report = try home.scrub()
    #expect(report.shardCount == 4)
    let found = Set(report.rotten.map(\.shard))
    #expect(found == Set(shards[0...2].map { ShardName(of: $0).root.hex }))
    #expect(try home.scrub() == report)
  }

  private func certificate() throws -> NodeCertificate {
    var generator = SeededGenerator(seed: 9)
    return try NodeCertificate.make(using: &generator)
  }
}

extension [UInt8] {
  fileprivate func holds(_ part: [UInt8]) -> Bool {
    indices.contains { self[$0...].starts(with: part) }
  }
}
