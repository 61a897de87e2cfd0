import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSync

@testable import StorageNode

@Suite struct EnrollTests {
  @Test func `a vault takes up its invitation and learns its quota`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let token = try node.invite(quotaBytes: 5_000_000)
    let answer = node.service.answer(try node.enrollment(&vault, token: token))
    #expect(answer.status == 200, "\(answer.text)")
    let response = try EnrollResponse(decoding: answer.body)
    #expect(response.quotaBytes == 5_000_000)
    #expect(response.usedBytes == vault.policy.reduce(0) { $0 + $1.count })
    #expect(try NodeRecord(verifying: response.record).node == node.did)
    try node.checkAccounts()
  }

  @Test func `the same vault may enroll again and a second invitation raises its quota`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault, quotaBytes: 5_000_000, token: 1)
    let again = node.service.answer(
      try node.enrollment(&vault, token: [UInt8](repeating: 1, count: 16)))
    #expect(again.status == 200)
    try node.enroll(&vault, quotaBytes: 9_000_000, token: 2)
    #expect(try node.service.store.tenant(vault.did)?.quotaBytes == 9_000_000)
    #expect(try node.service.store.tenants().count == 1)
    try node.checkAccounts()
  }

  @Test func `another vault cannot take up a redeemed invitation`() throws {
    let node = try TestNode()
    var ann = try TestVault(seed: 1)
    var ben = try TestVault(seed: 2)
    try node.enroll(&ann)
    let answer = node.service.answer(
      try node.enrollment(&ben, token: [UInt8](repeating: 1, count: 16)))
    #expect(answer.refusal?.code == .refused)
    #expect(try node.service.store.tenants().count == 1)
  }

  @Test func `an unknown token is refused`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let answer = node.service.answer(
      try node.enrollment(&vault, token: [UInt8](repeating: 9, count: 16)))
    #expect(answer.refusal?.code == .refused)
  }

  @Test func `a replayed enrollment is refused, also after a restart`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let token = try node.invite()
    let request = try node.enrollment(&vault, token: token)
    #expect(node.service.answer(request).status == 200)
    #expect(node.service.answer(request).refusal?.code == .unauthorized)
    node.medium.cutPower()
    try node.restart()
    let answer = node.service.answer(request)
    #expect(answer.status == 401)
    #expect(answer.refusal?.message.contains("taken before") == true)
  }

  @Test func `an enrollment that names another token, node or device is a mismatch`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let token = try node.invite()
    let stranger = vault.makeDevice()
    let wrong = [
      try Enrollment(
        vault: vault.did, node: node.did, token: [UInt8](repeating: 5, count: 16),
        time: node.clock.now(), by: vault.first.keys.signing),
      try Enrollment(
        vault: vault.did, node: vault.first.did, token: token, time: node.clock.now(),
        by: vault.first.keys.signing),
      try Enrollment(
        vault: vault.did, node: node.did, token: token, time: node.clock.now(),
        by: stranger.keys.signing),
    ]
    for enrollment in wrong {
      let body = EnrollRequest(
        token: token, genesis: vault.genesis.bytes, policy: vault.policy,
        enrollment: enrollment.bytes
      ).bytes
      let answer = node.service.answer(
        try node.request(.pushLog(scope: nil), .post, Endpoint.enroll, body: body, of: &vault))
      #expect(answer.refusal?.code == .mismatch, "\(answer.text)")
    }
    #expect(try node.service.store.tenants().isEmpty)
  }

  @Test func `a device that the policy does not know cannot enroll its vault`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let token = try node.invite()
    // Genesis alone: the first device has no grant yet.
    let answer = node.service.answer(try node.enrollment(&vault, token: token, policy: []))
    #expect(answer.status == 401 || answer.status == 403, "\(answer.text)")
  }

  @Test func `a policy log with a hole is refused`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let token = try node.invite()
    let holed = Array(vault.policy.dropFirst())
    let answer = node.service.answer(try node.enrollment(&vault, token: token, policy: holed))
    #expect(answer.refusal?.code == .gap, "\(answer.text)")
  }
}
