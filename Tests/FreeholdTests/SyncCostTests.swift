import Testing
import VaultEncoding
import VaultSync

@testable import Freehold

/// How many bytes a sync costs, on real messages (docs/spec/sync.md section 6).
struct SyncCostTests {
  @Test func `nothing new is one round trip of at most 72 bytes a node`() async throws {
    let world = try await SyncWorld(devices: 3, nodes: 2)
    for number in 0..<3 { try await world.write("f\(number)", "text", on: number) }
    try await world.comeTogether()
    for number in world.devices.indices {
      world.wire.forget()
      let report = try await world.sync(number)
      #expect(report.redundancy.isMet)
      #expect(world.wire.exchanges.map(\.path) == [Endpoint.sync, Endpoint.sync])
      for exchange in world.wire.exchanges { #expect(exchange.bytes <= 72) }
    }
  }

  @Test func `a quiet vault signs no new heads`() async throws {
    let world = try await SyncWorld(devices: 3, nodes: 2)
    for round in 0..<3 {
      for number in 0..<3 { try await world.write("f\(round)\(number)", "text", on: number) }
      try await world.comeTogether()
    }
    world.wire.forget()
    for _ in 0..<3 {
      for number in world.devices.indices { try await world.sync(number) }
    }
    #expect(!world.wire.exchanges.contains { $0.path == Endpoint.push })
    #expect(await world.treeDigests().count == 1)
  }

  @Test func `ten operations behind cost the same however long the history is`() async throws {
    let world = try await SyncWorld(devices: 4)
    let device = world.devices[0]
    try await device.makeFolders(["here", "there"])
    try await device.makeFolder(VaultPath([Array("here".utf8), Array("thing".utf8)]))
    var costs: [Int] = []
    for moves in [10, 20_000] {
      try await device.moveAround("thing", between: ["here", "there"], times: moves, batch: 500)
      try await world.comeTogether()
      try await device.makeFolders((0..<10).map { "new \(moves) \($0)" })
      try await world.sync(0)
      world.wire.forget()
      try await world.sync(1)
      costs.append(world.wire.bytes)
      #expect(await world.devices[1].treeDigest() == world.devices[0].treeDigest())
    }
    // Counts have more digits: that is all.
    #expect(costs[1] <= costs[0] + 16, "\(costs)")
    #expect(costs.allSatisfy { $0 <= 4_000 }, "\(costs)")
  }
}
