import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultSync

@testable import StorageNode

@Suite struct QuotaTests {
  @Test func `a shard that does not fit is refused with figures and others still fit`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    var other = try TestVault(seed: 2)
    try node.enroll(&vault, quotaBytes: 100_000, token: 1)
    try node.enroll(&other, quotaBytes: 100_000, token: 2)
    #expect(try node.put([UInt8](repeating: 1, count: 60_000), of: &vault).status == 200)
    let answer = try node.put([UInt8](repeating: 2, count: 60_000), of: &vault)
    #expect(answer.status == 507)
    #expect(answer.refusal?.message.contains("60000 more") == true, "\(answer.text)")
    #expect(try node.put([UInt8](repeating: 3, count: 20_000), of: &vault).status == 200)
    #expect(try node.put([UInt8](repeating: 2, count: 60_000), of: &other).status == 200)
    try node.checkAccounts()
  }

  @Test func `a full vault still takes policy, heads and deletions`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    let used = vault.policy.reduce(0) { $0 + $1.count }
    try node.enroll(&vault, quotaBytes: Int64(used) + 10_000)
    #expect(try node.put([UInt8](repeating: 1, count: 10_000), of: &vault).status == 200)
    #expect(try node.put([1], of: &vault).status == 507)
    _ = try vault.addDevice()
    let start = vault.first.start(in: vault.scope).position
    let deletion = try vault.first.write(
      [[UInt8](repeating: 0, count: 500)], in: vault.scope, after: start)
    let head = try vault.first.head(1, feeds: [vault.scope: deletion.end])
    let push = PushRequest(policy: vault.policy, runs: [deletion.run], heads: [head.bytes])
    let answer = try node.push(push, of: &vault)
    #expect(answer.status == 200, "\(answer.text)")
    // But not a large push: the reserve is for shrinking.
    let large = try vault.first.write(
      [[UInt8](repeating: 0, count: 600_000)], in: vault.scope, after: deletion.end)
    #expect(try node.push(PushRequest(runs: [large.run]), of: &vault).status == 507)
    try node.checkAccounts()
  }

  @Test func `the reserve has an end`() throws {
    var limits = NodeLimits()
    limits.reserveBytes = 50_000
    let node = try TestNode(limits: limits)
    var vault = try TestVault(seed: 1)
    let used = vault.policy.reduce(0) { $0 + $1.count }
    try node.enroll(&vault, quotaBytes: Int64(used))
    var position = vault.first.start(in: vault.scope).position
    var statuses: [Int] = []
    for _ in 0..<7 {
      let (run, end) = try vault.first.write(
        [[UInt8](repeating: 0, count: 10_000)], in: vault.scope, after: position)
      statuses.append(try node.push(PushRequest(runs: [run]), of: &vault).status)
      if statuses.last == 200 { position = end }
    }
    #expect(statuses == [200, 200, 200, 200, 507, 507, 507])
    try node.checkAccounts()
  }

  @Test func `a node that is full for everybody says so, and is not ready`() throws {
    let node = try TestNode(capacityBytes: 50_000)
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault, quotaBytes: 1_000_000)
    let answer = try node.put([UInt8](repeating: 1, count: 60_000), of: &vault)
    #expect(answer.refusal?.code == .stopping)
    #expect(answer.retryAfterSeconds != nil)
    node.medium.faults = SimulatedFaults(freeBytes: 1_000)
    #expect(node.service.answer(NodeRequest(method: .get, path: "/readyz")).status == 503)
    #expect(node.service.answer(NodeRequest(method: .get, path: "/healthz")).status == 200)
    #expect(try node.put([1], of: &vault).refusal?.code == .stopping)
    node.medium.faults = SimulatedFaults()
    #expect(try node.put([1], of: &vault).status == 200)
    try node.checkAccounts()
  }

  @Test func `a draining node refuses changes and still serves`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    #expect(try node.put([1, 2], of: &vault).status == 200)
    node.service.stop()
    #expect(try node.put([3], of: &vault).refusal?.code == .stopping)
    #expect(try node.get(ShardName(of: [1, 2]), of: &vault).status == 200)
    #expect(node.service.answer(NodeRequest(method: .get, path: "/readyz")).status == 503)
  }

  @Test func `a failing disk costs an answer, not the accounts`() throws {
    for number in 1...12 {
      let node = try TestNode(seed: UInt64(number))
      var vault = try TestVault(seed: 1)
      try node.enroll(&vault)
      node.medium.faults = SimulatedFaults(failures: [
        .init(of: [.write, .sync, .rename], at: number, with: .noSpace)
      ])
      let bytes = [UInt8](repeating: UInt8(number), count: 5_000)
      let answer = try node.put(bytes, of: &vault)
      #expect([200, 503].contains(answer.status), "\(answer.text)")
      node.medium.faults = SimulatedFaults()
      try node.restart()
      try node.checkAccounts()
      #expect(try node.put(bytes, of: &vault).status == 200)
    }
  }
}
