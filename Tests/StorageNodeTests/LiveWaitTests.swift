import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Testing
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSync

@testable import StorageNode

/// Waiting over real connections.
@Suite(.timeLimit(.minutes(30))) struct LiveWaitTests {
  private func message(
    _ asked: VaultPolicy.Request, _ path: String, _ body: [UInt8], of vault: inout TestVault,
    at node: LiveNode
  ) throws -> HTTPClientRequest {
    var request = HTTPClientRequest(url: node.url + path)
    request.method = .POST
    request.headers.add(
      name: "Authorization",
      value: try vault.authorization(
        asked, body: body, by: vault.first, at: node.home.did, now: LiveClock().now()))
    request.body = .bytes(ByteBuffer(bytes: body))
    return request
  }

  private func enroll(
    _ vault: inout TestVault, at node: LiveNode, _ client: HTTPClient
  ) async throws -> Bytes32 {
    let invitation = try Invitation(line: try node.home.invite(quotaBytes: 1 << 20))
    let enrollment = try Enrollment(
      vault: vault.did, node: node.home.did, token: invitation.token, time: LiveClock().now(),
      by: vault.first.keys.signing)
    let body = EnrollRequest(
      token: invitation.token, genesis: vault.genesis.bytes, policy: vault.policy,
      enrollment: enrollment.bytes
    ).bytes
    let request = try message(
      .pushLog(scope: nil), Endpoint.enroll, body, of: &vault, at: node)
    let answer = try await client.execute(request, timeout: .seconds(30))
    try #require(answer.status == .ok)
    let policy = vault.author.log.entries.map(\.cid)
    return StateSummary(feeds: [:], policy: policy, heads: [:]).contentDigest
  }

  @Test func `those who wait hear of a push, and a silent vault costs nobody a thread`()
    async throws
  {
    var limits = ServerLimits()
    limits.threads = 2
    try await LiveNode.run(server: limits) { node in
      var vault = try TestVault(seed: 1)
      try await LiveNode.withClient(trusting: node.record.certificate) { client in
        let held = try await enroll(&vault, at: node, client)
        let wait = WaitRequest(digest: held, secondsMost: 50).bytes
        let request = try message(
          .pullHead(scope: nil), Endpoint.wait, wait, of: &vault, at: node)
        let (run, _) = try vault.first.write(
          [[1]], in: vault.scope, after: vault.first.start(in: vault.scope).position)
        let push = try message(
          .pushLog(scope: nil), Endpoint.push, PushRequest(runs: [run]).bytes, of: &vault,
          at: node)
        // More than there are threads; each answers with the same new digest.
        let heard = try await withThrowingTaskGroup(of: Bytes32?.self) { group in
          for _ in 0..<6 {
            group.addTask {
              let answer = try await client.execute(request, timeout: .seconds(60))
              let body = try await answer.body.collect(upTo: 4_096)
              return try WaitResponse(decoding: Array(body.readableBytesView)).digest
            }
          }
          let pushed = try await client.execute(push, timeout: .seconds(30))
          #expect(pushed.status == .ok)
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(heard.count == 6)
        #expect(Set(heard).count == 1 && heard[0] != held)
      }
    }
  }
}
