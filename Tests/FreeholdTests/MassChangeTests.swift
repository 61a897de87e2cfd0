import Foundation
import Testing
import VaultEncoding

@testable import Freehold

/// A folder that looks emptied by mistake deletes nothing without a question.
@Suite(.timeLimit(.minutes(30))) struct MassChangeTests {
  private func path(_ world: PushWorld, _ name: String = "") -> String {
    String(decoding: world.folder, as: UTF8.self) + (name.isEmpty ? "" : "/\(name)")
  }

  private func world(files count: Int) async throws -> PushWorld {
    let world = try await PushWorld()
    for number in 0..<count { try world.write("file \(number)", [UInt8(number)]) }
    _ = try await world.vault.sync()
    return world
  }

  private func remove(_ numbers: Range<Int>, of world: PushWorld) throws {
    for number in numbers {
      try FileManager.default.removeItem(atPath: path(world, "file \(number)"))
    }
  }

  private func deletedCount(
    _ world: PushWorld, acceptingMassChange isAccepted: Bool = false
  ) async throws -> Int? {
    var options = SyncOptions()
    options.acceptsMassChange = isAccepted
    do {
      return try await world.vault.sync(options).outgoing.deleted
    } catch let error as FreeholdError where error.code == .needsDecision {
      return nil
    }
  }

  @Test func `a large share of all files is not deleted unasked`() async throws {
    let world = try await world(files: 60)
    try remove(0..<30, of: world)
    #expect(try await deletedCount(world) == nil)
    #expect(try await world.read("file 0") == [0])
    #expect(try await deletedCount(world, acceptingMassChange: true) == 30)
  }

  @Test func `a few files, and a small share, are deleted without a question`() async throws {
    let world = try await world(files: 80)
    try remove(0..<20, of: world)
    #expect(try await deletedCount(world) == 20)
    let larger = try await self.world(files: 80)
    try remove(0..<24, of: larger)
    #expect(try await deletedCount(larger) == 24)
  }

  @Test func `another folder in the place of the bound one is asked about`() async throws {
    let world = try await world(files: 3)
    try FileManager.default.moveItem(atPath: path(world), toPath: path(world) + ".away")
    defer { try? FileManager.default.removeItem(atPath: path(world) + ".away") }
    try FileManager.default.createDirectory(
      atPath: path(world), withIntermediateDirectories: false)
    #expect(try await deletedCount(world) == nil)
    #expect(try await world.read("file 0") == [0])
  }
}
