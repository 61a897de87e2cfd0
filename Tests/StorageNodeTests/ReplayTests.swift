import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultPolicy
import VaultSync

@testable import StorageNode

/// Requests that somebody on the way has recorded, played again.
@Suite struct ReplayTests {
  /// What was recorded of one device's day, in its order, each once.
  private struct Recording {
    let node: TestNode
    var vault: TestVault
    let requests: [(name: String, request: NodeRequest)]
  }

  private static let number = "4821307"

  private func record(limits: NodeLimits = NodeLimits()) throws -> Recording {
    let node = try TestNode(limits: limits)
    var vault = try TestVault(seed: 1)
    var requests: [(name: String, request: NodeRequest)] = []
    func say(_ name: String, _ request: NodeRequest) throws {
      let answer = node.service.answer(request)
      try #require(answer.status == 200, "\(name): \(answer.text)")
      requests.append((name, request))
    }
    try say("enroll", node.enrollment(&vault, token: node.invite()))
    let (_, start) = vault.first.start(in: vault.scope)
    let (run, end) = try vault.first.write([[1], [2]], in: vault.scope, after: start)
    for (name, message) in [
      ("push entries", PushRequest(runs: [run])),
      ("push head", PushRequest(heads: [try vault.first.head(1, feeds: [vault.scope: end]).bytes])),
    ] {
      try say(
        name,
        node.request(
          .pushLog(scope: nil), .post, Endpoint.push, body: message.bytes, of: &vault))
    }
    for (bytes, isPiece) in [([1, 2, 3], false), ([4, 5], true)] as [([UInt8], Bool)] {
      let shard = ShardName(of: bytes)
      let path = isPiece ? Endpoint.piece(shard) : Endpoint.shard(shard)
      try say(
        isPiece ? "put piece" : "put shard",
        node.request(.pushBlob(shard: shard.root), .put, path, body: bytes, of: &vault))
    }
    let shard = ShardName(of: [1, 2, 3])
    try say(
      "get shard",
      node.request(.pullBlob(shard: shard.root), .get, Endpoint.shard(shard), of: &vault))
    try say(
      "have",
      node.request(
        .pullBlob(shard: nil), .post, Endpoint.have, body: HaveRequest(shards: [shard]).bytes,
        of: &vault))
    try say(
      "sync",
      node.request(
        .pullHead(scope: nil), .post, Endpoint.sync, body: SyncRequest(digest: .zero).bytes,
        of: &vault))
    try say(
      "policy", node.request(.pullPolicy, .get, Endpoint.policy(after: 0), of: &vault))
    let mailbox = try #require(MailboxNumber(Self.number))
    try say(
      "mailbox",
      node.request(.link, .put, Endpoint.mailbox(mailbox, .offer), body: [7], of: &vault))
    return Recording(node: node, vault: vault, requests: requests)
  }

  /// Everything that a node keeps of a vault.
  private struct State: Equatable {
    let digest: Bytes32
    let used: Int64
    let shards: Int
    let invitationsLeft: Int64

    init(_ recording: inout Recording) throws {
      let node = recording.node
      let tenant = try node.service.store.tenant(recording.vault.did)
      digest = try node.service.memory(of: recording.vault.did).index.summary.digest
      used = tenant?.usedBytes ?? -1
      shards = tenant?.shardCount ?? -1
      invitationsLeft = tenant?.quotaBytes ?? -1
    }
  }

  @Test func `played again at once and after a restart, nothing changes`() throws {
    var recording = try record()
    let before = try State(&recording)
    for round in 0..<2 {
      for (name, request) in recording.requests {
        let answer = recording.node.service.answer(request)
        // What may be done twice is answered as the first time; an enrollment is not taken twice.
        let isTaken = name != "enroll"
        #expect(answer.status == (isTaken ? 200 : 401), "\(name): \(answer.text)")
        #expect(try State(&recording) == before, "\(name), round \(round)")
      }
      try recording.node.checkAccounts()
      try recording.node.restart()
    }
  }

  @Test func `played again at another node, nothing is taken`() throws {
    var recording = try record()
    let other = try TestNode(seed: 2)
    try other.enroll(&recording.vault)
    for (name, request) in recording.requests {
      let answer = other.service.answer(request)
      #expect(answer.refusal?.code == .unauthorized, "\(name): \(answer.text)")
    }
    #expect(try other.service.store.tenant(recording.vault.did)?.shardCount == 0)
    try other.checkAccounts()
  }

  @Test func `played again when its time is over, nothing is taken`() throws {
    var recording = try record()
    recording.node.clock.advance(by: .seconds(361))
    let before = try State(&recording)
    for (name, request) in recording.requests {
      let answer = recording.node.service.answer(request)
      #expect(answer.refusal?.code == .unauthorized, "\(name): \(answer.text)")
    }
    #expect(try State(&recording) == before)
  }

  @Test func `played again with another body, or for another path, nothing is taken`() throws {
    var recording = try record()
    let before = try State(&recording)
    for (name, recorded) in recording.requests {
      for body in [
        recorded.body + [0], recorded.body.isEmpty ? [1] : Array(recorded.body.dropLast()),
      ] {
        var request = recorded
        request.body = body
        let answer = recording.node.service.answer(request)
        #expect(answer.status >= 400 && answer.status < 500, "\(name): \(answer.text)")
      }
      for (otherName, other) in recording.requests where other.path != recorded.path {
        var request = recorded
        (request.path, request.method) = (other.path, other.method)
        let answer = recording.node.service.answer(request)
        // A piece is stored with the right to store that very shard; nothing else crosses over.
        #expect(answer.status >= 400 && answer.status < 500, "\(name) as \(otherName)")
      }
    }
    #expect(try State(&recording) == before)
    try recording.node.checkAccounts()
  }

  @Test func `what a device signed before it was put out is of no use afterwards`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let second = try vault.addDevice()
    try node.enroll(&vault)
    let (_, start) = second.start(in: vault.scope)
    let (run, _) = try second.write([[1]], in: vault.scope, after: start)
    let requests = [
      try node.request(
        .pushLog(scope: nil), .post, Endpoint.push, body: PushRequest(runs: [run]).bytes,
        of: &vault, by: second),
      try node.request(
        .pullHead(scope: nil), .post, Endpoint.sync, body: SyncRequest(digest: .zero).bytes,
        of: &vault, by: second),
    ]
    try vault.author.revoke(.principal(second.did), keptOperations: .none)
    #expect(try node.push(PushRequest(policy: vault.policy), of: &vault).status == 200)
    for request in requests {
      #expect(node.service.answer(request).refusal?.code == .refused)
    }
    try node.restart()
    for request in requests {
      #expect(node.service.answer(request).refusal?.code == .refused)
    }
    let news = try node.news(StateParts(scopes: [vault.scope: [:]]), of: &vault)
    #expect(news.runs.isEmpty)
  }
}
