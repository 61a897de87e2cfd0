import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultPolicy
import VaultSync

@testable import StorageNode

@Suite struct RefusalTests {
  @Test func `the node's record and its health need no authorisation`() throws {
    let node = try TestNode()
    let record = node.service.answer(NodeRequest(method: .get, path: Endpoint.node))
    #expect(try NodeRecord(verifying: record.body).node == node.did)
    #expect(node.service.answer(NodeRequest(method: .get, path: "/healthz")).status == 200)
    #expect(node.service.answer(NodeRequest(method: .get, path: "/readyz")).status == 200)
    let nothing = node.service.answer(NodeRequest(method: .get, path: "/v1/nothing"))
    #expect(nothing.refusal?.code == .absent)
  }

  @Test func `a request without, or with a broken, invocation is unauthorized`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    var request = try node.request(
      .pullHead(scope: nil), .post, Endpoint.sync,
      body: SyncRequest(digest: .zero).bytes, of: &vault)
    let good = request.authorization
    for header in [nil, "", "UCAN", "UCAN !!", "Bearer abc", good.map { String($0.dropLast(9)) }] {
      request.authorization = header
      let answer = node.service.answer(request)
      #expect(answer.status == 401, "\(header ?? "none")")
      #expect(answer.refusal?.time == node.clock.now())
    }
  }

  @Test func `expired invocations and those of the future are unauthorized`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let request = try node.request(
      .pullHead(scope: nil), .post, Endpoint.sync,
      body: SyncRequest(digest: .zero).bytes, of: &vault)
    #expect(node.service.answer(request).status == 200)
    let start = node.clock.now()
    node.clock.setWall(to: start.advanced(byMilliseconds: 361_000))
    #expect(node.service.answer(request).refusal?.code == .unauthorized)
    node.clock.setWall(to: start.advanced(byMilliseconds: -61_000))
    #expect(node.service.answer(request).refusal?.code == .unauthorized)
  }

  @Test func `a request to one node is refused at another`() throws {
    let node = try TestNode(seed: 1)
    let other = try TestNode(seed: 2)
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    try other.enroll(&vault)
    let body = SyncRequest(digest: .zero).bytes
    let request = try node.request(
      .pullHead(scope: nil), .post, Endpoint.sync, body: body, of: &vault)
    #expect(other.service.answer(request).refusal?.code == .unauthorized)
  }

  @Test func `a vault that is no tenant is absent`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let answer = try node.push(PushRequest(), of: &vault)
    #expect(answer.refusal?.code == .absent)
  }

  @Test func `another body, size or command than the signed one is refused`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let body = SyncRequest(digest: .zero).bytes
    var request = try node.request(
      .pullHead(scope: nil), .post, Endpoint.sync, body: body, of: &vault)
    request.body[3] ^= 1
    #expect(node.service.answer(request).refusal?.code == .mismatch)
    request.body = body + [0]
    #expect(node.service.answer(request).refusal?.code == .mismatch)
    request.body = body
    request.path = Endpoint.push
    #expect(node.service.answer(request).refusal?.code == .refused)
    let bytes: [UInt8] = [1, 2, 3]
    var put = try node.request(
      .pushBlob(shard: ShardName(of: bytes).root), .put, Endpoint.shard(ShardName(of: bytes)),
      body: bytes, of: &vault)
    put.path = Endpoint.shard(ShardName(of: [9]))
    #expect(node.service.answer(put).refusal?.code == .refused)
  }

  @Test func `bodies that do not decode are malformed`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let cases: [(VaultPolicy.Request, String)] = [
      (.pullHead(scope: nil), Endpoint.sync), (.pushLog(scope: nil), Endpoint.push),
      (.pullBlob(shard: nil), Endpoint.have), (.pushLog(scope: nil), Endpoint.enroll),
    ]
    for (asked, path) in cases {
      for body: [UInt8] in [[], [0xFF], [0xA0], [0x9F], [0x9B, 0xFF, 0, 0, 0, 0, 0, 0, 0]] {
        let answer = node.service.answer(
          try node.request(asked, .post, path, body: body, of: &vault))
        #expect(answer.refusal?.code == .malformed, "\(path) \(body): \(answer.text)")
      }
    }
  }

  @Test func `what would be refused anyway is refused before its body is read`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let stranger = vault.makeDevice()
    let body = [UInt8](repeating: 1, count: 100)
    let good = try node.request(.pushLog(scope: nil), .post, Endpoint.push, body: body, of: &vault)
    #expect(node.service.refusal(beforeBodyOf: good) == nil)
    var wrongPath = good
    wrongPath.path = Endpoint.sync
    #expect(node.service.refusal(beforeBodyOf: wrongPath)?.code == .refused)
    let foreign = try node.request(
      .pushLog(scope: nil), .post, Endpoint.push, body: body, of: &vault, by: stranger)
    #expect(node.service.refusal(beforeBodyOf: foreign) != nil)
    var bare = good
    bare.authorization = nil
    #expect(node.service.refusal(beforeBodyOf: bare)?.code == .unauthorized)
  }

  @Test func `too many requests of one vault are slowed down and others are not`() throws {
    var limits = NodeLimits()
    limits.vaultRequests = NodeLimits.Rate(perSecond: 1, burst: 5)
    let node = try TestNode(limits: limits)
    var ann = try TestVault(seed: 1)
    var ben = try TestVault(seed: 2)
    try node.enroll(&ann, token: 1)
    try node.enroll(&ben, token: 2)
    var statuses: [Int] = []
    for _ in 0..<7 { statuses.append(try node.push(PushRequest(), of: &ann).status) }
    #expect(statuses == [200, 200, 200, 200, 200, 429, 429])
    let slowed = try node.push(PushRequest(), of: &ann)
    #expect(slowed.retryAfterSeconds == 1)
    #expect(try node.push(PushRequest(), of: &ben).status == 200)
    node.clock.advance(by: .seconds(2))
    #expect(try node.push(PushRequest(), of: &ann).status == 200)
  }

  @Test func `random bytes never bring a node down`() throws {
    let seed: UInt64 = 20_261_122
    var generator = SeededGenerator(seed: seed)
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let paths = [
      Endpoint.sync, Endpoint.push, Endpoint.have, Endpoint.enroll, Endpoint.node, "/", "",
      Endpoint.shardPrefix,
    ]
    for round in 0..<300 {
      let body = generator.bytes(Int(generator.next() % 200))
      let path = paths[Int(generator.next() % UInt64(paths.count))]
      var request = try node.request(.pushLog(scope: nil), .post, path, body: body, of: &vault)
      if generator.happens(onceIn: 3) {
        var header = Array((request.authorization ?? "").utf8)
        header[Int(generator.next() % UInt64(header.count))] = UInt8(33 + generator.next() % 90)
        request.authorization = String(decoding: header, as: UTF8.self)
      }
      let status = node.service.answer(request).status
      #expect(status >= 200 && status < 500, "seed \(seed) round \(round): \(status)")
    }
    try node.checkAccounts()
  }
}
