import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultPolicy
import VaultSync

@testable import StorageNode

@Suite struct ShardTests {
  private let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  @Test func `a stored shard is acknowledged, read whole and in part, and listed`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let name = ShardName(of: bytes)
    let answer = try node.put(bytes, of: &vault)
    #expect(answer.status == 200, "\(answer.text)")
    let receipt = try StoredReceipt(verifying: answer.body)
    #expect(receipt.node == node.did && receipt.vault == vault.did)
    #expect(receipt.shard == name && receipt.sizeBytes == bytes.count)
    let whole = try node.get(name, of: &vault)
    #expect(whole.status == 200 && whole.body == bytes && whole.content == .raw)
    let part = try node.get(name, of: &vault, range: "bytes=4096-4099")
    #expect(part.status == 206 && part.body == Array(bytes[4096...4099]))
    #expect(part.contentRange == "bytes 4096-4099/10000")
    let tail = try node.get(name, of: &vault, range: "bytes=9999-20000")
    #expect(tail.status == 206 && tail.body == [bytes[9999]])
    let absent = ShardName(of: [1])
    let asked = HaveRequest(shards: [absent, name]).bytes
    let have = node.service.answer(
      try node.request(.pullBlob(shard: nil), .post, Endpoint.have, body: asked, of: &vault))
    #expect(try HaveResponse(decoding: have.body).sizes == [0, bytes.count])
    try node.checkAccounts()
  }

  @Test func `ranges outside the shard are refused with its size`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    _ = try node.put(bytes, of: &vault)
    let name = ShardName(of: bytes)
    for range in [
      "bytes=10000-10001", "bytes=5-4", "bytes=-5", "bytes=a-b", "bytes=0-1,4-5", "items=0-1",
      "bytes=99999999999999999999-", "",
    ] {
      let answer = try node.get(name, of: &vault, range: range)
      #expect(answer.refusal?.code == .range, "\(range)")
      #expect(answer.contentRange == "bytes */10000")
    }
  }

  @Test func `bytes that do not match their name are refused and leave nothing`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let answer = try node.put(bytes, of: &vault, as: ShardName(of: [1]))
    #expect(answer.refusal?.code == .mismatch)
    #expect(try node.service.store.tenants()[0].shardCount == 0)
    try node.checkAccounts()
  }

  @Test func `names, sizes and absent shards are refused`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    let upper = Endpoint.shardPrefix + ShardName(of: bytes).root.hex.uppercased()
    for path in [Endpoint.shardPrefix + "zz", Endpoint.shardPrefix + "../../etc", upper] {
      let request = try node.request(
        .pullBlob(shard: .zero), .get, path, of: &vault)
      #expect(node.service.answer(request).refusal?.code == .malformed, "\(path)")
    }
    #expect(try node.get(ShardName(of: bytes), of: &vault).refusal?.code == .absent)
    #expect(try node.put([], of: &vault).refusal?.code == .malformed)
    let large = [UInt8](repeating: 1, count: SyncLimits.shardBytesMax + 1)
    #expect(try node.put(large, of: &vault).refusal?.code == .tooLarge)
  }

  @Test func `one vault cannot read or see another's shard`() throws {
    let node = try TestNode()
    var ann = try TestVault(seed: 1)
    var ben = try TestVault(seed: 2)
    try node.enroll(&ann, token: 1)
    try node.enroll(&ben, token: 2)
    _ = try node.put(bytes, of: &ann)
    let name = ShardName(of: bytes)
    #expect(try node.get(name, of: &ben).refusal?.code == .absent)
    let asked = HaveRequest(shards: [name]).bytes
    let have = node.service.answer(
      try node.request(.pullBlob(shard: nil), .post, Endpoint.have, body: asked, of: &ben))
    #expect(try HaveResponse(decoding: have.body).sizes == [0])
  }

  @Test func `the same shard again is free, and replaces a rotten file`() throws {
    let node = try TestNode()
    var vault = try TestVault(seed: 1)
    try node.enroll(&vault)
    _ = try node.put(bytes, of: &vault)
    let used = try node.service.store.tenant(vault.did)?.usedBytes
    let name = ShardName(of: bytes)
    let path = node.service.files.path(of: name, in: vault.did)
    #expect(node.medium.flipBit(77, of: path))
    #expect(try node.get(name, of: &vault).body != bytes)
    #expect(try node.put(bytes, of: &vault).status == 200)
    #expect(try node.get(name, of: &vault).body == bytes)
    #expect(try node.service.store.tenant(vault.did)?.usedBytes == used)
    try node.checkAccounts()
  }

  @Test func `a crash at any step loses no acknowledged shard and leaves no phantom`() throws {
    var crashes = 0
    for step in 1...40 {
      let node = try TestNode(seed: UInt64(step))
      var vault = try TestVault(seed: 1)
      try node.enroll(&vault)
      let first = [UInt8](repeating: 1, count: 9_000)
      #expect(try node.put(first, of: &vault).status == 200)
      node.medium.faults = SimulatedFaults(crashAtStep: step)
      let isAcknowledged = try node.put(bytes, of: &vault).status == 200
      let hasCrashed = node.medium.stepCount >= step
      if hasCrashed { crashes += 1 }
      node.medium.faults = SimulatedFaults()
      try node.restart()
      try node.checkAccounts()
      #expect(try node.get(ShardName(of: first), of: &vault).body == first)
      let found = try node.get(ShardName(of: bytes), of: &vault)
      if isAcknowledged {
        #expect(found.body == bytes, "step \(step)")
      } else {
        #expect([200, 404].contains(found.status), "step \(step)")
        #expect(found.status == 404 || found.body == bytes, "step \(step)")
      }
      // And the shard can be stored afterwards.
      #expect(try node.put(bytes, of: &vault).status == 200, "step \(step)")
      try node.checkAccounts()
      if !hasCrashed { break }
    }
    #expect(crashes > 3)
  }
}
