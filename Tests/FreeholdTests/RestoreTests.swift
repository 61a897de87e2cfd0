import FreeholdTestKit
import Testing
import VaultEncoding
import VaultEnvironment

@testable import Freehold

@Suite(.timeLimit(.minutes(30))) struct RestoreTests {
  /// Files small and large enough to lie in manifests, in one chunk and in several.
  private func fill(_ world: PushWorld) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = ["empty": []]
    var generator = SeededGenerator(seed: 4)
    for number in 0..<40 { files["small\(number)"] = generator.bytes(10 + number * 97) }
    files["long"] = generator.bytes(1_500_000)
    for (name, content) in files { try world.write(name, content) }
    return files
  }

  @Test func `a restore gives everything back, and again finds it there`() async throws {
    let world = try await PushWorld()
    let files = try fill(world)
    _ = try await world.vault.sync()
    let first = try await world.restore()
    #expect(first.files == files)
    #expect(first.report.files == files.count)
    #expect(first.report.problems.isEmpty)
    let second = try await world.restore()
    #expect(second.files == files)
    #expect(second.report.files == 0)
    #expect(second.report.filesThere == files.count)
  }

  @Test func `files that reach across the parts of a pack come back, each part fetched once`()
    async throws
  {
    let world = try await PushWorld()
    var generator = SeededGenerator(seed: 5)
    var files: [String: [UInt8]] = [:]
    for number in 0..<5 { files["film\(number)"] = generator.bytes(3_000_000) }
    for (name, content) in files { try world.write(name, content) }
    _ = try await world.vault.sync()
    let restored = try await world.restore()
    #expect(restored.files == files)
    #expect(restored.report.problems.isEmpty)
    #expect((15_000_000..<17_500_000).contains(restored.report.receivedBytes))
    world.removeRestored()
    world.network.lie([0])
    let wrong = try await world.restore()
    #expect(wrong.files.isEmpty)
    #expect(wrong.report.problems.contains { $0.code == .tampered })
  }

  @Test func `a node that gives wrong packs is named, and the files come from the others`()
    async throws
  {
    let world = try await PushWorld(nodes: 2)
    let files = try fill(world)
    _ = try await world.vault.sync()
    var named: [Int] = []
    for liar in 0...1 {
      world.network.lie([liar])
      let restored = try await world.restore()
      #expect(restored.files == files)
      #expect(restored.report.files == files.count)
      let guilty = restored.report.problems.compactMap { $0.code == .tampered ? $0.node : nil }
      // The nearer node is asked first, so one of the two is never asked for anything.
      if guilty == [world.network.node(liar)] { named.append(liar) }
      #expect(guilty.isEmpty || !named.isEmpty)
      world.removeRestored()
    }
    #expect(!named.isEmpty)
  }

  @Test func `a restore from nodes that all lie writes nothing wrong and says so`() async throws {
    let world = try await PushWorld()
    let files = try fill(world)
    _ = try await world.vault.sync()
    world.network.lie([0])
    let restored = try await world.restore()
    for (name, content) in restored.files { #expect(files[name] == content) }
    #expect(restored.report.problems.contains { $0.code == .tampered })
  }
}
