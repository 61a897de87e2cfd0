import FreeholdTestKit
import StorageNode
import Synchronization
import Testing
import VaultCrypto
import VaultEncoding
import VaultSync

@testable import Freehold

@Suite struct RecoverTests {
  private let world = TestWorld()

  private func recover(
    _ phrase: RecoveryPhrase, from node: NodeAddress, in home: Home? = nil
  ) async throws -> Vault {
    try await Vault.recover(
      Recovery(
        phrase: phrase, node: node, name: "papers", deviceName: "phoenix", folder: []),
      in: home ?? world.makeHome(), unlock: .unsealed)
  }

  @Test func `the words and one node bring everything back`() async throws {
    let nodes = [try world.makeNode(), try world.makeNode()]
    let (laptop, phrase) = try await world.makeVault(nodes: nodes)
    try await laptop.write("a", "one")
    _ = try await laptop.sync()
    try await laptop.write("a", "two")
    _ = try await laptop.sync()
    let phoenix = try await recover(phrase, from: .url(nodes[0].url))
    #expect(phoenix.did == laptop.did)
    let report = try await phoenix.sync()
    #expect(report.nodesReached == 2, "it hears of the other nodes from the tree")
    #expect(await phoenix.text("a") == "two")
    let versions = try await phoenix.log(VaultPath([Array("a".utf8)]))
    #expect(versions.count >= 2)
    try await phoenix.write("b", "after")
    try await world.sync(phoenix, laptop)
    #expect(await laptop.text("b") == "after")
    #expect(await laptop.treeDigest() == phoenix.treeDigest())
  }

  @Test func `an invitation names the node as well`() async throws {
    let node = try world.makeNode()
    let (laptop, phrase) = try await world.makeVault(nodes: [node])
    let line = try node.service.invite(quotaBytes: 1 << 20).line
    let phoenix = try await recover(phrase, from: try NodeAddress(line))
    #expect(phoenix.did == laptop.did)
  }

  @Test func `a recovered device stands above the others and may put them out`() async throws {
    let node = try world.makeNode()
    let (laptop, phrase) = try await world.makeVault(nodes: [node])
    let phoenix = try await recover(phrase, from: .url(node.url))
    #expect(try await phoenix.devices().map(\.rank) == [9, 10])
    let plan = try await phoenix.planRevocation(of: "laptop")
    _ = try await phoenix.revoke(plan)
    let again = try await recover(phrase, from: .url(node.url))
    #expect(try await again.devices().filter(\.isActive).map(\.rank) == [8, 9])
    _ = laptop
  }

  @Test func `other words find no vault at the node`() async throws {
    let node = try world.makeNode()
    _ = try await world.makeVault(nodes: [node])
    var generator = SeededGenerator(seed: 99)
    let stranger = RecoveryPhrase.generate(using: &generator)
    let home = world.makeHome()
    let error = await #expect(throws: FreeholdError.self) {
      _ = try await recover(stranger, from: .url(node.url), in: home)
    }
    #expect(error?.code == .noSuchVault)
    #expect(try !home.hasDevice())
  }

  @Test func `a node that does not hold the vault is not believed`() async throws {
    let (holder, liar) = (try world.makeNode(), try world.makeNode())
    let (_, phrase) = try await world.makeVault(nodes: [holder])
    // It shows what it has from elsewhere, under its own name.
    var meddler = DirectNetwork.Meddler()
    let overheard = Overheard()
    meddler.answer = { request, answer in
      guard request.path.hasPrefix(Endpoint.policyPrefix) else { return }
      if answer.status == 200 { overheard.keep(answer.body) }
      if answer.status != 200 { answer = NodeResponse(body: overheard.body) }
    }
    world.network.meddle(meddler)
    _ = try await recover(phrase, from: .url(holder.url))
    let error = await #expect(throws: FreeholdError.self) {
      _ = try await recover(phrase, from: .url(liar.url))
    }
    #expect(error?.code == .tampered)
  }

  @Test func `one home does not get a vault twice`() async throws {
    let node = try world.makeNode()
    let (_, phrase) = try await world.makeVault(nodes: [node])
    let home = world.makeHome()
    let phoenix = try await recover(phrase, from: .url(node.url), in: home)
    try await phoenix.finishMaking()
    try await phoenix.close()
    let error = await #expect(throws: FreeholdError.self) {
      _ = try await recover(phrase, from: .url(node.url), in: home)
    }
    #expect(error?.code == .usage)
  }

  @Test func `a node is named by an address in any usual form`() throws {
    for typed in ["https://a.example:7400", "a.example:7400", "https://a.example:7400/"] {
      guard case .url(let url) = try NodeAddress(typed) else {
        Issue.record("\(typed) is an address")
        continue
      }
      #expect(url == "https://a.example:7400")
    }
    for typed in ["", "https://", "http://a", "freehold-node:zzz", "a b", "ä.example"] {
      #expect(throws: FreeholdError.self, "\(typed)") { _ = try NodeAddress(typed) }
    }
  }
}

/// What somebody on the line remembers.
private final class Overheard: Sendable {
  private let kept = Mutex<[UInt8]>([])
  var body: [UInt8] { kept.withLock { $0 } }
  func keep(_ bytes: [UInt8]) { kept.withLock { $0 = bytes } }
}
