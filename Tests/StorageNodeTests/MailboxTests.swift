import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSync

@testable import StorageNode

@Suite struct MailboxTests {
  private let number: MailboxNumber

  init() throws {
    number = try #require(MailboxNumber("4821307"))
  }

  private func ask(
    _ node: TestNode, _ method: NodeRequest.Method, _ slot: MailboxSlot, body: [UInt8] = [],
    number other: MailboxNumber? = nil, of vault: inout TestVault, by device: TestDevice? = nil
  ) throws -> NodeResponse {
    let path = Endpoint.mailbox(other ?? number, slot)
    return node.service.answer(
      try node.request(.link, method, path, body: body, of: &vault, by: device))
  }

  private func askAsStranger(
    _ node: TestNode, _ method: NodeRequest.Method, _ slot: MailboxSlot, body: [UInt8] = [],
    number other: MailboxNumber? = nil
  ) -> NodeResponse {
    node.service.answer(
      NodeRequest(
        method: method, path: Endpoint.mailbox(other ?? number, slot), body: body))
  }

  private func makeNode(
    _ limits: MailboxLimits = MailboxLimits()
  ) throws -> (node: TestNode, vault: TestVault) {
    var all = NodeLimits()
    all.mailboxes = limits
    let node = try TestNode(limits: all)
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    return (node, vault)
  }

  @Test func `three messages pass between a device and a stranger`() throws {
    var (node, vault) = try makeNode()
    #expect(try ask(node, .put, .offer, body: [1], of: &vault).status == 200)
    #expect(askAsStranger(node, .get, .offer).body == [1])
    #expect(try ask(node, .get, .answer, of: &vault).body.isEmpty)
    #expect(askAsStranger(node, .get, .reply).body.isEmpty)
    #expect(askAsStranger(node, .put, .answer, body: [2]).status == 200)
    #expect(try ask(node, .get, .answer, of: &vault).body == [2])
    #expect(try ask(node, .put, .reply, body: [3], of: &vault).status == 200)
    #expect(askAsStranger(node, .get, .reply).body == [3])
  }

  @Test func `there is one answer, and sending it again changes nothing`() throws {
    var (node, vault) = try makeNode()
    _ = try ask(node, .put, .offer, body: [1], of: &vault)
    #expect(askAsStranger(node, .put, .answer, body: [2]).status == 200)
    #expect(askAsStranger(node, .put, .answer, body: [2]).status == 200)
    #expect(askAsStranger(node, .put, .answer, body: [3]).refusal?.code == .gap)
    #expect(try ask(node, .get, .answer, of: &vault).body == [2])
    #expect(try ask(node, .put, .offer, body: [9], of: &vault).refusal?.code == .gap)
  }

  @Test func `a mailbox is gone after ten minutes, and with the process`() throws {
    var (node, vault) = try makeNode()
    _ = try ask(node, .put, .offer, body: [1], of: &vault)
    node.clock.advance(by: .seconds(600))
    #expect(askAsStranger(node, .get, .offer).status == 200)
    node.clock.advance(by: .seconds(1))
    #expect(askAsStranger(node, .get, .offer).refusal?.code == .absent)
    _ = try ask(node, .put, .offer, body: [1], of: &vault)
    #expect(askAsStranger(node, .get, .offer).status == 200)
    try node.restart()
    #expect(askAsStranger(node, .get, .offer).refusal?.code == .absent)
    #expect(try node.service.store.countedBytes(of: 1) > 0)
  }

  @Test func `only the device that opened a mailbox reads the answer and replies`() throws {
    var (node, vault) = try makeNode()
    var other = try TestVault(seed: 2)
    try node.enroll(&other, token: 2)
    let second = try vault.addDevice()
    _ = try node.push(PushRequest(policy: vault.policy), of: &vault)
    _ = try ask(node, .put, .offer, body: [1], of: &vault)
    _ = askAsStranger(node, .put, .answer, body: [2])
    #expect(try ask(node, .get, .answer, of: &vault, by: second).refusal?.code == .absent)
    #expect(try ask(node, .get, .answer, of: &other).refusal?.code == .absent)
    #expect(try ask(node, .put, .reply, body: [9], of: &other).refusal?.code == .absent)
    #expect(askAsStranger(node, .get, .reply).body.isEmpty)
    // A stranger's request to the owner's side has no invocation.
    for (method, slot) in [
      (NodeRequest.Method.put, MailboxSlot.offer), (.get, .answer), (.put, .reply),
    ] {
      #expect(askAsStranger(node, method, slot, body: []).refusal?.code == .unauthorized)
    }
  }

  @Test func `strangers, readers and revoked devices open none`() throws {
    var (node, vault) = try makeNode()
    let stranger = vault.makeDevice()
    #expect(try ask(node, .put, .offer, body: [1], of: &vault, by: stranger).status == 401)
    let reader = vault.makeDevice()
    try vault.author.grant(
      .pull, to: reader.did, kem: reader.keys.kem.publicKey, using: &vault.generator)
    let gone = try vault.addDevice()
    _ = try node.push(PushRequest(policy: vault.policy), of: &vault)
    #expect(try ask(node, .put, .offer, body: [1], of: &vault, by: gone).status == 200)
    #expect(try ask(node, .get, .answer, of: &vault, by: reader).status != 200)
    var revoked = vault
    try revoked.author.revoke(.principal(gone.did), keptOperations: .none)
    _ = try node.push(PushRequest(policy: revoked.policy), of: &revoked)
    // With the chain that it had.
    #expect(try ask(node, .get, .answer, of: &vault, by: gone).refusal?.code == .refused)
    var nobody = try TestVault(seed: 9)
    #expect(try ask(node, .put, .offer, body: [1], of: &nobody).refusal?.code == .absent)
  }

  @Test func `an invocation for something else opens none`() throws {
    var (node, vault) = try makeNode()
    let request = try node.request(
      .pullHead(scope: nil), .put, Endpoint.mailbox(number, .offer), body: [1], of: &vault)
    #expect(node.service.answer(request).refusal?.code == .refused)
    var swapped = try node.request(
      .link, .put, Endpoint.mailbox(number, .offer), body: [1], of: &vault)
    swapped.body = [2]
    #expect(node.service.answer(swapped).refusal?.code == .mismatch)
  }

  @Test func `messages, mailboxes and their bytes are bounded`() throws {
    var limits = MailboxLimits()
    limits.countMax = 3
    limits.countPerVaultMax = 2
    limits.openingsPerVaultMax = 4
    limits.bytesMax = 100
    var (node, vault) = try makeNode(limits)
    var other = try TestVault(seed: 2)
    try node.enroll(&other, token: 2)
    func number(_ digit: Int) throws -> MailboxNumber {
      try #require(MailboxNumber("200000\(digit)"))
    }
    let long = [UInt8](repeating: 0, count: SyncLimits.mailboxMessageBytesMax + 1)
    #expect(
      try ask(node, .put, .offer, body: long, of: &vault).refusal?.code == .tooLarge)
    #expect(
      try ask(node, .put, .offer, body: Array(long.prefix(101)), of: &vault).refusal?.code
        == .slowDown)
    // The third of a vault takes the place of its first.
    for digit in 0..<3 {
      let opened = try ask(
        node, .put, .offer, body: [1], number: try number(digit), of: &vault)
      #expect(opened.status == 200)
      node.clock.advance(by: .seconds(1))
    }
    #expect(askAsStranger(node, .get, .offer, number: try number(0)).status == 404)
    #expect(askAsStranger(node, .get, .offer, number: try number(2)).status == 200)
    #expect(try ask(node, .put, .offer, body: [1], number: try number(3), of: &other).status == 200)
    let full = try ask(node, .put, .offer, body: [1], number: try number(4), of: &other)
    #expect(full.refusal?.code == .slowDown)
    #expect(try ask(node, .put, .offer, body: [1], number: try number(5), of: &vault).status == 200)
    let many = try ask(node, .put, .offer, body: [1], number: try number(6), of: &vault)
    #expect(many.refusal?.code == .slowDown)
  }

  @Test func `strangers are slowed down together, the owner is not`() throws {
    var all = NodeLimits()
    all.strangerRequests = .init(perSecond: 1, burst: 5)
    let node = try TestNode(limits: all)
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    _ = try ask(node, .put, .offer, body: [1], of: &vault)
    for _ in 0..<5 { #expect(askAsStranger(node, .get, .offer).status == 200) }
    let slowed = askAsStranger(node, .get, .offer)
    #expect(slowed.refusal?.code == .slowDown)
    #expect(slowed.retryAfterSeconds == 1)
    #expect(try ask(node, .get, .answer, of: &vault).status == 200)
  }

  @Test func `other paths are no mailbox`() {
    for path in [
      "123456/offer", "12345678/offer", "0123456/offer", "4821307/", "4821307", "x/offer",
    ] {
      #expect(NodeRoute(.get, Endpoint.mailboxPrefix + path) == nil, "\(path)")
      #expect(NodeRoute(.post, Endpoint.mailboxPrefix + "4821307/offer") == nil)
    }
    #expect(NodeRoute(.get, Endpoint.mailbox(number, .offer))?.bodyBytesMax == 0)
    #expect(
      NodeRoute(.put, Endpoint.mailbox(number, .offer))?.bodyBytesMax
        == SyncLimits.mailboxMessageBytesMax)
  }

  @Test func `the policy log is given in parts, to who may read it and to root`() throws {
    var (node, vault) = try makeNode()
    for _ in 0..<3 { _ = try vault.addDevice() }
    _ = try node.push(PushRequest(policy: vault.policy), of: &vault)
    let whole = try PolicyResponse(
      decoding: node.service.answer(
        try node.request(.pullPolicy, .get, Endpoint.policy(after: 0), of: &vault)
      ).body)
    #expect(whole.genesis == vault.genesis.bytes)
    #expect(whole.entries == vault.policy && !whole.more)
    let rest = try PolicyResponse(
      decoding: node.service.answer(
        try node.request(.pullPolicy, .get, Endpoint.policy(after: 4), of: &vault)
      ).body)
    #expect(rest.entries == Array(vault.policy.dropFirst(4)))
    for text in ["-1", "01", "x", "", "9999999", "1/2"] {
      let answer = node.service.answer(
        try node.request(.pullPolicy, .get, Endpoint.policyPrefix + text, of: &vault))
      #expect(answer.refusal?.code == .malformed, "\(text)")
    }
    let stranger = vault.makeDevice()
    let refused = node.service.answer(
      try node.request(
        .pullPolicy, .get, Endpoint.policy(after: 0), of: &vault, by: stranger))
    #expect(refused.status == 401)
    let bare = NodeRequest(method: .get, path: Endpoint.policy(after: 0))
    #expect(node.service.answer(bare).refusal?.code == .unauthorized)
  }
}
