import AsyncHTTPClient
import FreeholdTestKit
import NIOCore
import NIOHTTP1
import Testing
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultPolicy
import VaultSync

@testable import StorageNode

@Suite(.timeLimit(.minutes(30))) struct LiveServerTests {
  private func send(
    _ asked: VaultPolicy.Request, _ method: NodeRequest.Method, _ path: String, body: [UInt8] = [],
    range: String? = nil, of vault: inout TestVault, to node: LiveNode, with client: HTTPClient
  ) async throws -> (status: Int, body: [UInt8]) {
    var request = HTTPClientRequest(url: node.url + path)
    request.method = .RAW(value: method.rawValue)
    request.headers.add(
      name: "Authorization",
      value: try vault.authorization(
        asked, body: body, by: vault.first, at: node.home.did, now: LiveClock().now()))
    if let range { request.headers.add(name: "Range", value: range) }
    if method != .get { request.body = .bytes(ByteBuffer(bytes: body)) }
    let response = try await client.execute(request, timeout: .seconds(30))
    let buffer = try await response.body.collect(upTo: 32 << 20)
    return (Int(response.status.code), Array(buffer.readableBytesView))
  }

  @Test func `a vault enrolls, stores 16 MiB and reads it back over pinned TLS`() async throws {
    try await LiveNode.run { node in
      var vault = try TestVault(seed: 1)
      let line = try node.home.invite(quotaBytes: 200 << 20)
      let invitation = try Invitation(line: line)
      #expect(invitation.record.node == node.home.did)
      try await LiveNode.withClient(trusting: node.record.certificate) { client in
        let enrollment = try Enrollment(
          vault: vault.did, node: node.home.did, token: invitation.token,
          time: LiveClock().now(), by: vault.first.keys.signing)
        let enroll = EnrollRequest(
          token: invitation.token, genesis: vault.genesis.bytes, policy: vault.policy,
          enrollment: enrollment.bytes)
        let enrolled = try await send(
          .pushLog(scope: nil), .post, Endpoint.enroll, body: enroll.bytes, of: &vault, to: node,
          with: client)
        #expect(enrolled.status == 200)
        #expect(try EnrollResponse(decoding: enrolled.body).quotaBytes == 200 << 20)
        let bytes = [UInt8](repeating: 7, count: 16 << 20)
        let shard = ShardName(of: bytes)
        let stored = try await send(
          .pushBlob(shard: shard.root), .put, Endpoint.shard(shard), body: bytes, of: &vault,
          to: node, with: client)
        #expect(stored.status == 200)
        #expect(try StoredReceipt(verifying: stored.body).sizeBytes == bytes.count)
        let part = try await send(
          .pullBlob(shard: shard.root), .get, Endpoint.shard(shard), range: "bytes=0-99",
          of: &vault, to: node, with: client)
        #expect(part.status == 206 && part.body == Array(bytes[0..<100]))
        let whole = try await send(
          .pullBlob(shard: shard.root), .get, Endpoint.shard(shard), of: &vault, to: node,
          with: client)
        #expect(whole.status == 200 && whole.body.count == bytes.count)
      }
      #expect(try node.home.tenants().map(\.shardCount) == [1])
      #expect(try node.home.scrub().rotten.isEmpty)
    }
  }

  @Test func `a client that trusts another certificate does not connect`() async throws {
    try await LiveNode.run { node in
      var generator = SeededGenerator(seed: 3)
      let other = try NodeCertificate.make(using: &generator)
      try await LiveNode.withClient(trusting: other.der) { client in
        await #expect(throws: (any Error).self) {
          _ = try await client.execute(
            HTTPClientRequest(url: node.url + "/healthz"), timeout: .seconds(10))
        }
      }
    }
  }

  @Test func `what is too large, malformed or unknown is refused and the node stays up`()
    async throws
  {
    try await LiveNode.run { node in
      let raw = RawConnection(url: node.url, certificate: node.record.certificate)
      let cases: [(request: String, status: String)] = [
        (
          "POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", "400"
        ),
        ("POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"),
        ("POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n\r\n", "413"),
        ("GET /v1/sync HTTP/1.1\r\nHost: x\r\n\r\n", "404"),
        ("GET /v1/node HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "413"),
        ("POST /v1/push HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "40"),
        ("nonsense\r\n\r\n", "400"),
        ("GET /\(String(repeating: "a", count: 600)) HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 200_000))\r\n\r\n", ""),
        (
          "GET / HTTP/1.1\r\nHost: x\r\n"
            + String(repeating: "A: b\r\n", count: 500) + "\r\n", ""
        ),
      ]
      for (request, status) in cases {
        let answer = try await raw.exchange(request)
        // Above the limits of a header there may be no answer, only an end.
        let isExpected = answer.isEmpty ? status.isEmpty : answer.hasPrefix("HTTP/1.1 4")
        #expect(isExpected, "\(request.prefix(60)): \(answer.prefix(40))")
        if !status.isEmpty {
          #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer.prefix(40))")
        }
      }
      let alive = try await raw.exchange(
        "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(alive.hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test func `connections over the limit are told so`() async throws {
    var limits = ServerLimits()
    limits.connectionsPerAddress = 16
    try await LiveNode.run(server: limits) { node in
      let raw = RawConnection(url: node.url, certificate: node.record.certificate)
      let request = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
      try await raw.holding(16) {
        let answer = try await raw.exchange(request)
        #expect(answer.hasPrefix("HTTP/1.1 429"), "\(answer.prefix(40))")
      }
    }
  }
}
