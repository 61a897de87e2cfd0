import FreeholdTestKit
import Testing
import VaultEnvironment

@testable import Freehold

/// Memory never runs ahead of the disk.
@Suite(.timeLimit(.minutes(30))) struct CommitTests {
  @Test func `a change that the store refuses is not there, and the next one is`() async throws {
    let world = try await PushWorld()
    let failure = SimulatedFaults.Failure(of: [.crashPoint], at: 1, with: .io)
    world.medium.faults = SimulatedFaults(failures: [failure])
    await #expect(throws: (any Error).self) {
      try await world.vault.makeFolder(VaultPath([Array("refused".utf8)]))
    }
    world.medium.faults = SimulatedFaults()
    #expect(try await world.vault.list(.root, isRecursive: true).isEmpty)
    try await world.vault.makeFolder(VaultPath([Array("taken".utf8)]))
    try world.restart()
    let names = try await world.vault.list(.root, isRecursive: true).map(\.path)
    #expect(names == [[Array("taken".utf8)]])
  }
}
