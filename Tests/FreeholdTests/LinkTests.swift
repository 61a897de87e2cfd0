import FreeholdTestKit
import StorageNode
import Testing
import VaultCrypto
import VaultEncoding
import VaultSync

@testable import Freehold

@Suite struct LinkTests {
  private let world = TestWorld()
  private let path = VaultPath([Array("notes.txt".utf8)])

  @Test func `a new device joins with a code and has everything`() async throws {
    let nodes = [try world.makeNode(), try world.makeNode()]
    let (laptop, _) = try await world.makeVault(nodes: nodes)
    try await laptop.write(path, bytes: Array("written before".utf8))
    _ = try await laptop.sync()
    let desktop = try await world.join(laptop, name: "desktop")
    #expect(desktop.did == laptop.did)
    #expect(desktop.name == "papers")
    #expect(desktop.device != laptop.device)
    let report = try await desktop.sync()
    #expect(report.nodesReached == 2)
    #expect(try await desktop.content(path) == Array("written before".utf8))
    try await desktop.write(path, bytes: Array("written there".utf8))
    try await world.sync(desktop, laptop)
    #expect(try await laptop.content(path) == Array("written there".utf8))
    #expect(await laptop.treeDigest() == desktop.treeDigest())
    let names = try await laptop.devices().map(\.name)
    #expect(names == ["laptop", "desktop"])
  }

  @Test func `two wrong words kill the code and let nobody in`() async throws {
    let (laptop, _) = try await world.makeVault(nodes: [try world.makeNode()])
    let (joined, linked) = try await world.link(laptop, name: "thief") { code in
      wrong(code)
    }
    #expect(FreeholdError.Code(joined) == .refused)
    #expect(FreeholdError.Code(linked) == .refused)
    #expect(try await laptop.devices().count == 1)
  }

  @Test func `a code is good for one try`() async throws {
    let (laptop, _) = try await world.makeVault(nodes: [try world.makeNode()])
    let invitation = try await laptop.openLink()
    let (first, second) = await world.together {
      try await Vault.join(
        code: wrong(invitation.code), deviceName: "thief", folder: [], in: world.makeHome(),
        unlock: .unsealed)
    } _: {
      try await laptop.completeLink(invitation)
    }
    #expect(FreeholdError.Code(first) == .refused)
    #expect(FreeholdError.Code(second) == .refused)
    // The right words come too late.
    await #expect(throws: FreeholdError.self) {
      _ = try await Vault.join(
        code: invitation.code, deviceName: "desktop", folder: [], in: world.makeHome(),
        unlock: .unsealed)
    }
    #expect(try await laptop.devices().count == 1)
  }

  @Test func `three dead codes close linking for ten minutes`() async throws {
    let (laptop, _) = try await world.makeVault(nodes: [try world.makeNode()])
    for _ in 0..<3 {
      _ = try await world.link(laptop, name: "thief") { code in wrong(code) }
    }
    await #expect(throws: FreeholdError.self) { _ = try await laptop.openLink() }
    world.clock.advance(by: .seconds(601))
    _ = try await world.join(laptop, name: "desktop")
  }

  @Test func `a code that nobody has open is told apart`() async throws {
    let node = try world.makeNode()
    let (laptop, _) = try await world.makeVault(nodes: [node])
    let open = try await laptop.openLink()
    let other = try LinkCode(
      "1234567-\(open.code.words.exposedText())@\(node.url.dropFirst(8))")
    await expectNoCode(other)
    // Ten minutes later the mailbox is gone.
    world.clock.advance(by: .seconds(602))
    await expectNoCode(open.code)
    // And so is the host's patience.
    await #expect(throws: FreeholdError.self) { _ = try await laptop.completeLink(open) }
  }

  @Test func `nothing is made of a node that cannot be reached`() async throws {
    let node = try world.makeNode()
    let (laptop, _) = try await world.makeVault(nodes: [node])
    let open = try await laptop.openLink()
    world.network.setReachable(false, node.url)
    let home = world.makeHome()
    await #expect(throws: FreeholdError.self) {
      _ = try await Vault.join(
        code: open.code, deviceName: "x", folder: [], in: home, unlock: .unsealed)
    }
    #expect(try !home.hasDevice())
    await #expect(throws: FreeholdError.self) { _ = try await laptop.openLink() }
  }

  @Test func `the nearest node that answers keeps the mailbox`() async throws {
    let nodes = [try world.makeNode(), try world.makeNode()]
    let (laptop, _) = try await world.makeVault(nodes: nodes)
    world.network.setReachable(false, nodes[0].url)
    let open = try await laptop.openLink()
    #expect(open.code.url == nodes[1].url)
    #expect(open.nodeName == "node2")
  }

  @Test func `a node that was away hears of a new device from the device itself`() async throws {
    let nodes = [try world.makeNode(), try world.makeNode()]
    let (laptop, _) = try await world.makeVault(nodes: nodes)
    world.network.setReachable(false, nodes[1].url)
    let (joined, linked) = try await world.link(laptop, name: "desktop")
    #expect(try linked.get().coverage.acknowledged == ["node1"])
    #expect(try linked.get().coverage.silent.map(\.name) == ["node2"])
    world.network.setReachable(true, nodes[1].url)
    let report = try await joined.get().sync()
    #expect(report.nodesReached == 2)
    #expect(report.problems.allSatisfy { $0.node == nil }, "\(report.problems)")
  }

  @Test(arguments: MailboxSlot.allCases, [0.1, 0.35, 0.6, 0.95])
  func `whoever changes a message on its way learns nothing and lets nobody in`(
    slot: MailboxSlot, place: Double
  ) async throws {
    let (laptop, _) = try await world.makeVault(nodes: [try world.makeNode()])
    var meddler = DirectNetwork.Meddler()
    meddler.answer = { request, answer in
      guard request.path.hasSuffix(slot.rawValue), request.method == .get, !answer.body.isEmpty,
        answer.status == 200
      else { return }
      answer.body[Int(Double(answer.body.count - 1) * place)] ^= 0x01
    }
    world.network.meddle(meddler)
    let (joined, linked) = try await world.link(laptop, name: "desktop")
    #expect((try? joined.get()) == nil)
    if slot == .reply {
      // The device was let in; only it does not know. The owner sees it and may put it out.
      #expect(try linked.get().name == "desktop")
    } else {
      #expect((try? linked.get()) == nil)
      #expect(try await laptop.devices().count == 1)
    }
  }

  @Test func `a node that keeps the end of the policy back is noticed`() async throws {
    let (laptop, _) = try await world.makeVault(nodes: [try world.makeNode()])
    var meddler = DirectNetwork.Meddler()
    meddler.answer = { request, answer in
      guard request.path.hasPrefix(Endpoint.policyPrefix),
        var part = try? PolicyResponse(decoding: answer.body)
      else { return }
      part.entries.removeLast()
      answer.body = part.bytes
    }
    world.network.meddle(meddler)
    let (joined, _) = try await world.link(laptop, name: "desktop")
    #expect(FreeholdError.Code(joined) == .tampered)
  }

  @Test func `a long policy log does not need to fit into the mailbox`() async throws {
    let (laptop, _) = try await world.makeVault(nodes: [try world.makeNode()])
    for number in 0..<60 {
      let (did, kem) = try world.makeHome().makeDevice(.unsealed)
      _ = try await laptop.admit(did, kem: kem)
      if number == 59 { _ = try await laptop.sync() }
    }
    let desktop = try await world.join(laptop, name: "desktop")
    #expect(try await desktop.devices().count == 62)
  }

  private func expectNoCode(_ code: LinkCode) async {
    let error = await #expect(throws: FreeholdError.self) {
      _ = try await Vault.join(
        code: code, deviceName: "x", folder: [], in: world.makeHome(), unlock: .unsealed)
    }
    #expect(error?.code == .noSuchVault)
  }
}

/// The same code with other words.
private func wrong(_ code: LinkCode) -> LinkCode {
  let words = code.words.exposedText() == "zoo-zoo" ? "zone-zoo" : "zoo-zoo"
  guard let other = try? CodeWords(words),
    let wrong = LinkCode(number: code.number, words: other, url: code.url)
  else { preconditionFailure("the words are in the list") }
  return wrong
}
