import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSync

@testable import StorageNode

/// `POST /v1/wait`: who may wait, how many may, and what ends it.
@Suite struct WaitTests {
  private func asking(
    _ digest: Bytes32, seconds: Int = 50, at node: TestNode, of vault: inout TestVault,
    by device: TestDevice? = nil
  ) throws -> NodeRequest {
    try node.request(
      .pullHead(scope: nil), .post, Endpoint.wait,
      body: WaitRequest(digest: digest, secondsMost: seconds).bytes, of: &vault, by: device)
  }

  private func digest(_ node: TestNode, _ vault: TestVault) throws -> Bytes32 {
    try #require(try node.service.store.index(of: vault.did)).summary.contentDigest
  }

  private func seat(_ waiting: NodeService.Waiting) throws -> (WaitingSeat, WaitRequest) {
    guard case .seat(let seat, let message) = waiting else {
      throw TestProblem("no seat: \(waiting)")
    }
    return (seat, message)
  }

  private func refusal(_ waiting: NodeService.Waiting) -> VaultSync.Refusal? {
    guard case .over(let response) = waiting else { return nil }
    return response.refusal
  }

  private func answered(_ waiting: NodeService.Waiting) throws -> Bytes32? {
    guard case .over(let response) = waiting, response.status == 200 else { return nil }
    return try WaitResponse(decoding: response.body).digest
  }

  @Test func `who believes something else is answered at once`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let held = try digest(node, vault)
    let asked = node.service.beginWait(try asking(.zero, at: node, of: &vault))
    #expect(try answered(asked) == held)
    // Without a way to wait the answer is the same for everybody.
    let now = node.service.answer(try asking(held, at: node, of: &vault))
    #expect(try WaitResponse(decoding: now.body).digest == held)
    #expect(node.service.waitingRoom.count == 0)
  }

  @Test func `a push of entries or policy ends the wait, a head does not`() async throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let (feed, start) = vault.first.start(in: vault.scope)
    let (run, end) = try vault.first.write([[1]], in: vault.scope, after: start)
    let (seat, message) = try seat(
      node.service.beginWait(try asking(digest(node, vault), at: node, of: &vault)))
    let head = try vault.first.head(1, feeds: [:])
    #expect(try node.push(PushRequest(heads: [head.bytes]), of: &vault).status == 200)
    #expect(try node.push(PushRequest(runs: [run]), of: &vault).status == 200)
    let told = await seat.end()
    let held = try digest(node, vault)
    #expect(told == .changed(held))
    let policy = vault.author.log.entries.map(\.cid)
    let summary = StateSummary(feeds: [feed: end], policy: policy, heads: [:])
    #expect(held == summary.contentDigest && held == summary.digest)
    let response = node.service.response(to: told, message)
    #expect(try WaitResponse(decoding: response.body).digest == held)
    node.service.waitingRoom.leave(seat)

    let other = try self.seat(
      node.service.beginWait(try asking(held, at: node, of: &vault))
    ).0
    let before = vault.policy
    _ = try vault.addDevice()
    let added = Array(vault.policy.dropFirst(before.count))
    #expect(try node.push(PushRequest(policy: added), of: &vault).status == 200)
    #expect(await other.end() == .changed(try digest(node, vault)))
  }

  @Test func `another vault's push ends nothing`() async throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    var other = try TestVault(seed: 2)
    try node.enroll(&vault)
    try node.enroll(&other, token: 2)
    let (seat, message) = try seat(
      node.service.beginWait(try asking(digest(node, vault), at: node, of: &vault)))
    let (run, _) = try other.first.write(
      [[1]], in: other.scope, after: other.first.start(in: other.scope).position)
    #expect(try node.push(PushRequest(runs: [run]), of: &other).status == 200)
    seat.tell(.timeIsOver)
    let end = await seat.end()
    #expect(end == .timeIsOver)
    #expect(
      try WaitResponse(decoding: node.service.response(to: end, message).body).digest
        == message.digest)
  }

  @Test func `only who may pull may wait, and only with the request it signed`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let held = try digest(node, vault)
    let stranger = vault.makeDevice()
    let strange = node.service.beginWait(try asking(held, at: node, of: &vault, by: stranger))
    #expect(refusal(strange)?.code == .unauthorized)
    let body = WaitRequest(digest: held, secondsMost: 50).bytes
    let push = try node.request(
      .pushLog(scope: nil), .post, Endpoint.wait, body: body, of: &vault)
    #expect(refusal(node.service.beginWait(push))?.code == .refused)
    var swapped = try asking(held, at: node, of: &vault)
    swapped.body = WaitRequest(digest: .zero, secondsMost: 50).bytes
    #expect(refusal(node.service.beginWait(swapped))?.code == .mismatch)
    var late = try asking(held, at: node, of: &vault)
    node.clock.setWall(to: node.clock.now().advanced(byMilliseconds: 361_000))
    #expect(refusal(node.service.beginWait(late))?.code == .unauthorized)
    late.authorization = nil
    #expect(refusal(node.service.beginWait(late))?.code == .unauthorized)
    #expect(node.service.waitingRoom.count == 0)
  }

  @Test func `longer than allowed, or malformed, is refused`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let held = try digest(node, vault)
    let long = node.service.beginWait(try asking(held, seconds: 51, at: node, of: &vault))
    #expect(refusal(long)?.code == .malformed)
    let bodies: [CBORValue] = [
      .map([("digest", .bytes(held))]),
      .map([("digest", .bytes([1, 2])), ("most", .int(5))]),
      .map([("digest", .bytes(held)), ("most", .int(5)), ("more", .int(1))]),
      .map([("digest", .bytes(held)), ("most", .text("5"))]),
    ]
    for body in bodies.map({ DAGCBOR.encode($0) }) + [[], [0xFF]] {
      let asked = try node.request(
        .pullHead(scope: nil), .post, Endpoint.wait, body: body, of: &vault)
      #expect(refusal(node.service.beginWait(asked))?.code == .malformed)
      #expect(node.service.answer(asked).status == 400)
    }
    #expect(node.service.waitingRoom.count == 0)
  }

  @Test func `so many wait for a vault, so many in all, and a seat given back is free`() throws {
    var limits = NodeLimits()
    limits.waits = 3
    limits.waitsPerVault = 2
    let node = try TestNode(limits: limits)
    var vault = try TestVault(seed: 1)
    var other = try TestVault(seed: 2)
    try node.enroll(&vault)
    try node.enroll(&other, token: 2)
    let held = try digest(node, vault)
    let othersHeld = try digest(node, other)
    let first = try seat(node.service.beginWait(try asking(held, at: node, of: &vault))).0
    _ = try seat(node.service.beginWait(try asking(held, at: node, of: &vault)))
    let third = node.service.beginWait(try asking(held, at: node, of: &vault))
    #expect(refusal(third)?.code == .slowDown)
    guard case .over(let response) = third else { return }
    #expect(response.retryAfterSeconds == 30)
    _ = try seat(node.service.beginWait(try asking(othersHeld, at: node, of: &other)))
    node.service.waitingRoom.leave(first)
    node.service.waitingRoom.leave(first)
    #expect(node.service.waitingRoom.count == 2)
    _ = try seat(node.service.beginWait(try asking(othersHeld, at: node, of: &other)))
    let last = node.service.beginWait(try asking(held, at: node, of: &vault))
    #expect(refusal(last)?.code == .slowDown)
  }

  @Test func `a node that drains sends everybody away and lets nobody in`() async throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let held = try digest(node, vault)
    let (seat, message) = try seat(node.service.beginWait(try asking(held, at: node, of: &vault)))
    node.service.endWaits()
    let end = await seat.end()
    #expect(end == .stopping)
    #expect(node.service.response(to: end, message).refusal?.code == .stopping)
    let late = node.service.beginWait(try asking(held, at: node, of: &vault))
    #expect(refusal(late)?.code == .stopping)
  }
}

private struct TestProblem: Error {
  let text: String
  init(_ text: String) { self.text = text }
}
