import FreeholdTestKit
import StorageNode
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSync

/// What it costs a node to find a request in order.
extension PolicyBench {
  /// The whole way through a node's service, of a guest whose chain has two links.
  ///
  /// Header, invocation, signature, chain, conditions, body, answer; the log is the large one.
  static func decideRequests(_ maker: LogMaker, _ table: inout Table) throws {
    let clock = SimulatedClock(start: Timestamp(milliseconds: 1_800_000_000_000))
    let node = try InProcessNetwork().addNode(seed: 5, clock: clock)
    var generator = SeededGenerator(seed: 9)
    let guest = DeviceKeys.generate(using: &generator)
    guard let device = maker.devices.first else { throw PolicyBenchError(what: "no device") }
    let log = try PolicyLog(genesis: maker.genesis, restoring: maker.entries)
    var author = try PolicyAuthor(device: device.key, log: log)
    let conditions = CapabilityPolicy([try .scopes([maker.firstScope]), try .hops(atMost: 2)])
    try author.grant(
      .pull, to: guest.signing.did, kem: guest.kem.publicKey, policy: conditions,
      using: &generator)
    try enroll(author.log, by: device.key, at: node, now: clock.now(), using: &generator)
    let asked = VaultPolicy.Request.pullHead(scope: maker.firstScope)
    let state = author.log.evaluate()
    guard let chain = state.chain(for: guest.signing.did, allowing: asked), chain.count == 2 else {
      throw PolicyBenchError(what: "the guest has no chain")
    }
    let signer = RequestSigner(
      subject: maker.vault, node: node.did, chain: chain, key: guest.signing)
    let body = SyncRequest(digest: .zero).bytes
    var requests: [NodeRequest] = []
    for _ in 0..<2_000 {
      // The clock goes on, so that no two are the same.
      clock.advance(by: .milliseconds(2))
      let token = try signer.sign(
        asked, bodyDigest: Hash.sha256(body), bodyBytes: UInt64(body.count), now: clock.now(),
        using: &generator)
      requests.append(
        NodeRequest(
          method: .post, path: Endpoint.sync, authorization: token.header, body: body))
    }
    guard node.answer(requests[0]).status == 200 else {
      throw PolicyBenchError(what: "the node refuses: \(node.answer(requests[0]).status)")
    }
    var best = Double.infinity
    for batch in stride(from: 0, to: requests.count, by: 100) {
      clock.advance(by: .seconds(1))
      let time = milliseconds {
        for request in requests[batch..<batch + 100] { _ = node.answer(request) }
      }
      best = min(best, time / 100)
    }
    table.row("a guest's request at a node: whole answer", best, limitMilliseconds: 0.3)
    try decideOnly(requests, state: state, node: node.did, now: clock.now(), &table)
  }

  /// Of that, what the policy itself asks.
  private static func decideOnly(
    _ requests: [NodeRequest], state: PolicyState, node: DID, now: Timestamp, _ table: inout Table
  ) throws {
    let tokens = try requests.map { try RequestToken(header: $0.authorization ?? "") }
    var best = Double.infinity
    for batch in stride(from: 0, to: tokens.count, by: 100) {
      var refused = 0
      let time = milliseconds {
        for token in tokens[batch..<batch + 100] {
          var authorizer = Authorizer(me: node, cache: TokenCache(capacity: 16))
          let decision = authorizer.decide(
            token.invocation, proofs: token.proofs, state: state, now: now)
          if decision.allowance == nil { refused += 1 }
        }
      }
      guard refused == 0 else { throw PolicyBenchError(what: "\(refused) requests are refused") }
      best = min(best, time / 100)
    }
    table.row("  of that: decided", best)
  }

  private static func enroll(
    _ log: PolicyLog, by key: SigningKey, at node: NodeService, now: Timestamp,
    using generator: inout SeededGenerator
  ) throws {
    let invitation = try node.invite(quotaBytes: 1 << 30)
    let enrollment = try Enrollment(
      vault: log.vault, node: node.did, token: invitation.token, time: now, by: key)
    let body = EnrollRequest(
      token: invitation.token, genesis: log.genesis.bytes, policy: log.entries.map(\.bytes),
      enrollment: enrollment.bytes
    ).bytes
    let asked = VaultPolicy.Request.pushLog(scope: nil)
    let chain = log.evaluate().chain(for: key.did, allowing: asked) ?? []
    let signer = RequestSigner(subject: log.vault, node: node.did, chain: chain, key: key)
    let token = try signer.sign(
      asked, bodyDigest: Hash.sha256(body), bodyBytes: UInt64(body.count), now: now,
      using: &generator)
    let answer = node.answer(
      NodeRequest(
        method: .post, path: Endpoint.enroll, authorization: token.header, body: body))
    guard answer.status == 200 else {
      throw PolicyBenchError(what: "enrolling ends with \(answer.status)")
    }
  }
}
