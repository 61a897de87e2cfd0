import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSync

@testable import StorageNode

@Suite struct IntroductionTests {
  @Test func `a device that a node does not know brings the entries that let it in`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let known = vault.policy.count
    let device = try vault.addDevice()
    let body = SyncRequest(digest: .zero, known: nil).bytes
    let before = node.service.answer(
      try node.request(
        .pullHead(scope: nil), .post, Endpoint.sync, body: body, of: &vault, by: device))
    #expect(before.refusal?.code == .unauthorized)
    let brought = try node.push(
      PushRequest(policy: Array(vault.policy.dropFirst(known))), of: &vault, by: device)
    #expect(brought.status == 200, "\(brought.text)")
    let receipt = try PushReceipt(verifying: PushResponse(decoding: brought.body).receipt)
    #expect(receipt.policy == vault.author.log.heads)
    let after = node.service.answer(
      try node.request(
        .pullHead(scope: nil), .post, Endpoint.sync, body: body, of: &vault, by: device))
    #expect(after.status == 200)
    try node.checkAccounts()
  }

  @Test func `nobody gets in by entries that let somebody else in, or by none`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    _ = try vault.addDevice()
    let stranger = vault.makeDevice()
    for policy in [[], vault.policy] {
      let answer = try node.push(PushRequest(policy: policy), of: &vault, by: stranger)
      #expect(answer.refusal?.code == .unauthorized)
    }
    var other = try TestVault(seed: 2)
    let foreign = try node.push(PushRequest(policy: other.policy), of: &vault, by: stranger)
    #expect(foreign.refusal?.code == .mismatch)
    #expect(try node.push(PushRequest(policy: other.policy), of: &other).refusal?.code == .absent)
    let index = try #require(try node.service.store.index(of: vault.did))
    #expect(index.policy.count == vault.policy.count - 1, "nothing of it was kept")
  }

  @Test func `a long body is not looked into`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let known = vault.policy.count
    for _ in 0..<60 { _ = try vault.addDevice() }
    let device = try vault.addDevice()
    let long = try node.push(
      PushRequest(policy: Array(vault.policy.dropFirst(known))), of: &vault, by: device)
    #expect(long.refusal?.code == .unauthorized)
  }

  @Test func `a revoked device does not come back by its old entries`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let device = try vault.addDevice()
    try node.enroll(&vault)
    let old = vault
    var revoked = vault
    try revoked.author.revoke(.principal(device.did), keptOperations: .none)
    _ = try node.push(PushRequest(policy: revoked.policy), of: &revoked)
    var again = old
    let answer = try node.push(PushRequest(policy: old.policy), of: &again, by: device)
    #expect(answer.refusal?.code == .refused)
  }
}
