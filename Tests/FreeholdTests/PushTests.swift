import Foundation
import FreeholdTestKit
import Testing
import VaultEncoding
import VaultEnvironment

@testable import Freehold

@Suite(.timeLimit(.minutes(30))) struct PushTests {
  /// Three files that go into a pack, and one that rides in its manifest.
  private let files: [(name: String, content: [UInt8])] = [
    ("a", (0..<3_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }),
    ("b", [UInt8](repeating: 7, count: 70_000)), ("c", Array("small".utf8)),
    ("d", (0..<9_000).map { UInt8(truncatingIfNeeded: $0 / 7) }),
  ]

  private func fill(_ world: PushWorld) throws {
    for file in files { try world.write(file.name, file.content) }
  }

  private func expectAll(_ world: PushWorld) async throws {
    for file in files { #expect(try await world.read(file.name) == file.content) }
  }

  @Test(arguments: [1, 3])
  func `a pack that its nodes acknowledge never lies in the outbox`(_ nodes: Int) async throws {
    let world = try await PushWorld(nodes: nodes)
    try fill(world)
    _ = world.medium.takeOperations()
    let report = try await world.vault.sync()
    #expect(report.redundancy.isMet)
    #expect(report.outgoing.added == files.count)
    #expect(world.network.putCount == nodes)
    let packs = world.medium.takeOperations().filter { "\($0.path)".hasSuffix(".pack") }
    #expect(packs.allSatisfy { $0.kind == .read })
    try await expectAll(world)
  }

  @Test func `a sync that finds nothing new does not write down how the folder is`() async throws {
    let world = try await PushWorld()
    try fill(world)
    for file in files {
      let path = String(decoding: world.folder, as: UTF8.self) + "/" + file.name
      let old = Date(timeIntervalSince1970: 1_000_000)
      try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
    }
    func indexWrites() async throws -> Int {
      _ = world.medium.takeOperations()
      _ = try await world.vault.sync()
      return world.medium.takeOperations().count {
        "\($0.path)".contains("folder.index") && $0.kind != .read
      }
    }
    #expect(try await indexWrites() > 0)
    #expect(try await indexWrites() == 0)
    try world.write("e", [1, 2, 3])
    #expect(try await indexWrites() > 0)
  }

  @Test func `what one node does not take waits in the outbox, and only that is sent again`()
    async throws
  {
    let world = try await PushWorld(nodes: 3)
    try fill(world)
    world.network.refuse([1])
    let first = try await world.vault.sync()
    #expect(!first.redundancy.isMet)
    #expect(world.outbox.count == 1)
    #expect(world.network.putCount == 2)
    world.network.refuse([])
    let second = try await world.vault.sync()
    #expect(second.redundancy.isMet)
    #expect(world.outbox.isEmpty)
    #expect(world.network.putCount == 3)
    try await expectAll(world)
  }

  @Test func `a push that is stopped keeps what it read and sends it later`() async throws {
    let world = try await PushWorld()
    try fill(world)
    let vault = world.vault
    let push = Task { try await vault.sync() }
    world.network.onPut { push.cancel() }
    await #expect(throws: CancellationError.self) { _ = try await push.value }
    #expect(world.outbox.count == 1)
    world.network.onPut(nil)
    try world.restart()
    let report = try await world.vault.sync()
    #expect(report.redundancy.isMet)
    #expect(report.outgoing.total == 0)
    #expect(world.network.putCount == 1)
    try await expectAll(world)
  }

  @Test func `a pack stays in the outbox until the last of its shards is acknowledged`()
    async throws
  {
    let world = try await PushWorld(nodes: 3)
    try fill(world)
    for refusing in [[1, 2], [2]] as [Set<Int>] {
      world.network.refuse(refusing)
      #expect(try await !world.vault.sync().redundancy.isMet)
      #expect(world.outbox.count == 1, "\(refusing) refuse")
    }
    world.network.refuse([])
    #expect(try await world.vault.sync().redundancy.isMet)
    #expect(world.outbox.isEmpty)
    try await expectAll(world)
  }

  @Test func `with fewer nodes than wanted nothing is said to be stored as wanted`()
    async throws
  {
    let world = try await PushWorld(nodes: 1)
    #expect(try await world.vault.sync().redundancy.isMet)
    try await world.vault.setRedundancy(#require(Redundancy(needed: 1, total: 2)))
    #expect(try await !world.vault.sync().redundancy.isMet)
  }

  @Test func `after a crash at any step the next sync makes everything safe`() async throws {
    var step = 0
    var isThrough = false
    while !isThrough {
      step += 1
      let world = try await PushWorld()
      try fill(world)
      world.medium.faults = SimulatedFaults(crashAtStep: step)
      do {
        _ = try await world.vault.sync()
        isThrough = !world.medium.isOff
      } catch {
        #expect(world.medium.isOff, "step \(step): \(error)")
      }
      try world.restart()
      let report = try await world.vault.sync()
      #expect(report.redundancy.isMet, "step \(step)")
      #expect(world.outbox.isEmpty, "step \(step)")
      // The device's own copies play no part: the nodes alone have the packs.
      try await expectAll(world)
    }
    #expect(step > 10)
  }
}
