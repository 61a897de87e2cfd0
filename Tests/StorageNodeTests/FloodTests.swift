import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultPolicy
import VaultSync

@testable import StorageNode

/// A grantee who pushes as much as it can: it meets bounds, and the owner goes on.
@Suite struct FloodTests {
  /// A node, a vault, and a guest that writes in the root scope and no other.
  private func makeWorld(
    quotaBytes: Int64 = 64 << 20
  ) throws -> (node: TestNode, vault: TestVault, guest: TestDevice) {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let guest = vault.makeDevice()
    for command in Command.writer {
      try vault.author.grant(
        command, to: guest.did, kem: command == .pull ? guest.keys.kem.publicKey : nil,
        policy: CapabilityPolicy([.scopes([vault.scope]), .hops(atMost: 2)]),
        using: &vault.generator)
    }
    try node.enroll(&vault, quotaBytes: quotaBytes)
    return (node, vault, guest)
  }

  private func push(
    _ message: PushRequest, by guest: TestDevice, of vault: inout TestVault, to node: TestNode
  ) throws -> NodeResponse {
    node.service.answer(
      try node.request(
        .pushLog(scope: vault.scope), .post, Endpoint.push, body: message.bytes, of: &vault,
        by: guest))
  }

  @Test func `feeds of others, and of other scopes, are not taken from it`() throws {
    var (node, vault, guest) = try makeWorld()
    let before = try node.service.store.tenant(vault.did)?.usedBytes
    for _ in 0..<40 {
      let scope = ScopeID.generate(using: &vault.generator)
      let (_, start) = guest.start(in: scope)
      let (run, _) = try guest.write([[1]], in: scope, after: start)
      #expect(try push(PushRequest(runs: [run]), by: guest, of: &vault, to: node).status == 403)
      // A device that it made up itself, in its own scope.
      let friend = vault.makeDevice()
      let (other, _) = try friend.write(
        [[1]], in: vault.scope, after: friend.start(in: vault.scope).position)
      let answer = try push(PushRequest(runs: [other]), by: guest, of: &vault, to: node)
      #expect(answer.refusal?.code == .refused, "\(answer.text)")
      let head = try friend.head(1).bytes
      #expect(try push(PushRequest(heads: [head]), by: guest, of: &vault, to: node).status == 403)
    }
    #expect(try node.service.store.tenant(vault.did)?.usedBytes == before)
    try node.checkAccounts()
  }

  @Test func `policy entries that it may not write leave nothing, whatever their number and size`()
    throws
  {
    var (node, vault, guest) = try makeWorld()
    let heads = try node.service.memory(of: vault.did).judge.policyHeads
    let before = try node.service.store.tenant(vault.did)?.usedBytes
    // Its own grants are no ranks: every entry is refused. Ones that wait for others are, too.
    let grant = try #require(
      vault.author.log.evaluate().grants(to: guest.did).first { $0.command == .pull })
    let missing = CID(codec: .dagCBOR, digest: Bytes32(words: (1, 2, 3, 4)))
    for (actor, deps, code) in [
      (CBORValue.link(grant.entry), [CBORValue](), VaultSync.Refusal.Code.refused),
      (.text("root"), [], .mismatch), (.link(missing), [], .gap),
      (.text("root"), [.link(missing)], .gap),
    ] {
      let entries = try (0..<200).map { number in
        try Self.setting(number, in: vault.did, as: actor, deps: deps, by: guest.keys.signing)
      }
      let answer = try push(PushRequest(policy: entries), by: guest, of: &vault, to: node)
      #expect(answer.refusal?.code == code, "\(answer.text)")
    }
    let huge = try Self.setting(
      0, in: vault.did, as: .text("root"), deps: [], by: guest.keys.signing,
      padding: PolicyLimits.entryBytesMax)
    let answer = try push(PushRequest(policy: [huge]), by: guest, of: &vault, to: node)
    #expect([.malformed, .tooLarge].contains(answer.refusal?.code), "\(answer.text)")
    #expect(try node.service.memory(of: vault.did).judge.policyHeads == heads)
    #expect(try node.service.store.tenant(vault.did)?.usedBytes == before)
  }

  private static func setting(
    _ number: Int, in vault: DID, as actor: CBORValue, deps: [CBORValue], by key: SigningKey,
    padding: Int = 10
  ) throws -> [UInt8] {
    let values = CBORValue.map([("k\(number)", .bytes([UInt8](repeating: 7, count: padding)))])
    let payload = CBORValue.map([
      ("vault", .did(vault)), ("by", actor), ("seq", .unsigned(0)), ("prev", .null),
      ("deps", .array(deps)), ("body", .map([("settings", .map([("values", values)]))])),
    ])
    return try Envelope.signed(tag: PolicyEntry.tag, payload: payload, by: key).bytes
  }

  @Test func `when it has filled the quota the owner puts it out, and goes on`() throws {
    var (node, vault, guest) = try makeWorld(quotaBytes: 1 << 20)
    // A million small entries would take all day; large ones come to the same end.
    var (_, position) = guest.start(in: vault.scope)
    var refused: NodeResponse?
    for _ in 0..<20 where refused == nil {
      let (run, end) = try guest.write(
        [[UInt8](repeating: 5, count: 300 << 10)], in: vault.scope, after: position)
      let answer = try push(PushRequest(runs: [run]), by: guest, of: &vault, to: node)
      if answer.status == 200 { position = end } else { refused = answer }
    }
    #expect(refused?.refusal?.code == .quota, "\(refused?.text ?? "never")")
    // Then ever smaller ones, until not even the smallest is taken.
    for size in [200 << 10, 20 << 10, 2 << 10, 200, 1] {
      for _ in 0..<40 {
        let (run, end) = try guest.write(
          [[UInt8](repeating: 6, count: size)], in: vault.scope, after: position)
        let answer = try push(PushRequest(runs: [run]), by: guest, of: &vault, to: node)
        guard answer.status == 200 else { break }
        position = end
      }
    }
    let used = try #require(try node.service.store.tenant(vault.did)).usedBytes
    #expect(used <= (1 << 20) + Int64(NodeLimits().reserveBytes))
    let late = vault
    try vault.author.revoke(.principal(guest.did), keptOperations: .none)
    let answer = try node.push(PushRequest(policy: vault.policy), of: &vault)
    #expect(answer.status == 200, "the owner cannot put it out: \(answer.text)")
    var asBefore = late
    let (run, _) = try guest.write([[1]], in: vault.scope, after: position)
    let over = try push(PushRequest(runs: [run]), by: guest, of: &asBefore, to: node)
    #expect(over.refusal?.code == .refused, "\(over.text)")
    // Reading goes on for the owner.
    #expect(try node.news(StateParts(scopes: [vault.scope: [:]]), of: &vault).runs.count >= 0)
    try node.checkAccounts()
  }
}
