import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultPolicy
import VaultSync

@testable import StorageNode

/// Names, paths, scopes and commands that look like others.
@Suite struct PathTrickTests {
  private func makeNode() throws -> (node: TestNode, vault: TestVault, shard: ShardName) {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    #expect(try node.put([1, 2, 3], of: &vault).status == 200)
    return (node, vault, ShardName(of: [1, 2, 3]))
  }

  @Test func `a shard has one name, whatever else would lead to its file`() throws {
    var (node, vault, shard) = try makeNode()
    let hex = shard.root.hex
    let short = String(hex.dropLast())
    let tricks: [String] = [
      hex.uppercased(), "../\(hex)", "./\(hex)", "\(hex)/", "/\(hex)", "\(hex)/..", "\(short)*",
      "*",
      "", "\(hex)\0", "\(hex) ", "%2e%2e/\(hex)", "\(hex)\(hex)", "\(hex.prefix(2))/\(hex)",
      "\(hex)?x=1", "\(hex)#", "\(short)ａ", "\(short)0\u{301}",
      String(repeating: "a", count: 4_096),
      "..", ".", "../../node.key", "..%2f..%2fnode.key", "node.sqlite",
    ]
    for trick in tricks {
      for (method, prefix) in [
        (NodeRequest.Method.get, Endpoint.shardPrefix), (.put, Endpoint.shardPrefix),
        (.put, Endpoint.piecePrefix),
      ] {
        let asked: VaultPolicy.Request =
          method == .get ? .pullBlob(shard: shard.root) : .pushBlob(shard: shard.root)
        let body: [UInt8] = method == .get ? [] : [1, 2, 3]
        let answer = node.service.answer(
          try node.request(asked, method, prefix + trick, body: body, of: &vault))
        #expect(
          (400..<500).contains(answer.status), "\(method) \(prefix)\(trick): \(answer.text)")
        #expect(answer.body != [1, 2, 3])
      }
    }
    #expect(try node.get(shard, of: &vault).body == [1, 2, 3])
    try node.checkAccounts()
  }

  @Test func `a verb has one path`() throws {
    var (node, vault, _) = try makeNode()
    let body = SyncRequest(digest: .zero).bytes
    let tricks = [
      "/v1/sync/", "/v1//sync", "/v1/./sync", "/v1/push/../sync", "/V1/sync", "/v1/SYNC",
      "v1/sync", "/v1/sync?", "/v1/sync#a", "/v1/sync%00", "/v1/s\u{443}nc", "/v1/sync ",
      " /v1/sync",
      "/v1/sync/more", "/v2/sync", "", "/", "*", "/v1/*",
    ]
    for trick in tricks {
      let answer = node.service.answer(
        try node.request(.pullHead(scope: nil), .post, trick, body: body, of: &vault))
      #expect(answer.refusal?.code == .absent, "\(trick): \(answer.text)")
    }
  }

  /// Requests signed by a guest that may read one scope; what the node says.
  private func ask(
    _ node: TestNode, _ vault: inout TestVault, by guest: TestDevice, command: String,
    arguments change: (inout [String: CBORValue]) -> Void
  ) throws -> NodeResponse {
    let body = SyncRequest(digest: .zero).bytes
    let chain =
      vault.author.log.evaluate().chain(
        for: guest.did, allowing: .pullHead(scope: nil)) ?? []
    var arguments: [String: CBORValue] = [
      "digest": .bytes(Hash.sha256(body)), "size": .int(body.count), "hops": .int(chain.count),
      "scope": .scope(vault.scope),
    ]
    change(&arguments)
    let now = node.clock.now().seconds
    let payload = CBORValue.map([
      ("iss", .did(guest.did)), ("sub", .did(vault.did)), ("aud", .did(node.did)),
      ("cmd", .text(command)), ("prf", .array(chain.map { .link($0.token.cid) })),
      ("nonce", .bytes([1])), ("iat", .int(now)), ("exp", .int(now + 300)),
      ("args", .map(arguments.map { CBORPair(key: $0.key, value: $0.value) })),
    ])
    let signed = try Envelope.signed(
      tag: Invocation.tag, payload: payload, by: guest.keys.signing)
    return node.service.answer(
      NodeRequest(
        method: .post, path: Endpoint.sync,
        authorization: RequestToken(invocation: signed.bytes, proofs: []).header, body: body))
  }

  private func letGuestIn(_ vault: inout TestVault) throws -> TestDevice {
    let guest = vault.makeDevice()
    try vault.author.grant(
      .pull, to: guest.did, kem: guest.keys.kem.publicKey,
      policy: CapabilityPolicy([.scopes([vault.scope]), .hops(atMost: 2)]),
      using: &vault.generator)
    return guest
  }

  @Test func `a command says what it says, by whole words and bytes`() throws {
    var (node, vault, _) = try makeNode()
    let guest = try letGuestIn(&vault)
    _ = try node.push(PushRequest(policy: vault.policy), of: &vault)
    let good = try ask(node, &vault, by: guest, command: "/vault/pull/head") { _ in }
    #expect(good.status == 200, "\(good.text)")
    let tricks = [
      "/vault/pull/../push/log", "/vault/pull/head/..", "/vault/pull/./head", "/vault/pull/head/",
      "/vault/pull//head", "/vault/PULL/head", "/vault/pull/*", "/vault/pull", "/vault/pull/he",
      "/vault/pull/header", "/vault/pull/head/more", "/vault/pullover/head", "/vault/push/log",
      "/vault/push/head", "/vault/admin/grant", "/vault", "/", "", "vault/pull/head",
      "/vault/pull/hea\u{500}", "/vault/pull/h\u{65}\u{301}ad", "/vault/pull/head\0",
      " /vault/pull/head", "/" + String(repeating: "a", count: 300),
    ]
    for trick in tricks {
      let answer = try ask(node, &vault, by: guest, command: trick) { _ in }
      #expect([401, 403].contains(answer.status), "\(trick): \(answer.text)")
    }
  }

  @Test func `arguments are exactly those of the command, and a scope is sixteen bytes`() throws {
    var (node, vault, _) = try makeNode()
    let guest = try letGuestIn(&vault)
    let other = ScopeID.generate(using: &vault.generator)
    try vault.author.nameScope(other, parent: vault.scope)
    _ = try node.push(PushRequest(policy: vault.policy), of: &vault)
    let odd: [(String, CBORValue?)] = [
      ("scope", .scope(other)), ("scope", .text("*")), ("scope", .bytes([])),
      ("scope", .bytes(vault.scope.bytes + [0])),
      ("scope", .bytes(Array(vault.scope.bytes.dropLast()))),
      ("scope", .array([.scope(vault.scope), .scope(other)])), ("scope", .null),
      ("Scope", .scope(vault.scope)), ("scopes", .array([.scope(other)])), ("path", .text("..")),
      ("shard", .bytes(Bytes32.zero)), ("digest", nil), ("size", nil), ("hops", nil),
      ("hops", .int(1)), ("hops", .int(-1)), ("hops", .int(3)), ("size", .int(-1)),
      ("size", .text("9")), ("digest", .bytes([])), ("", .null),
    ]
    for (key, value) in odd {
      let answer = try ask(node, &vault, by: guest, command: "/vault/pull/head") { arguments in
        arguments[key] = value
      }
      #expect(
        answer.refusal?.code == .refused, "\(key) \(String(describing: value)): \(answer.text)")
    }
  }
}
