import Testing
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultSync

struct MessageTests {
  let fixture: SyncFixture
  let now = Timestamp(milliseconds: 1_800_000_000_000)

  init() throws {
    fixture = try SyncFixture()
  }

  @Test func `messages come back as they were sent`() throws {
    let entries = fixture.entries(3, signed: [3])
    let vector: FeedVector = [fixture.feed: fixture.position(after: entries)]
    let known = SyncRequest.Known(
      feeds: vector, policy: [[1, 2, 3, 4, 5, 6, 7, 8]],
      heads: [fixture.device.did: [8, 7, 6, 5, 4, 3, 2, 1]])
    let request = SyncRequest(digest: .zero, known: known, entriesBytesMost: 1000)
    #expect(try SyncRequest(decoding: request.bytes) == request)
    var response = SyncResponse(same: false, time: now, quotaBytes: 10, usedBytes: 3)
    response.feeds = vector
    response.runs = [fixture.run(entries)]
    response.policy = [[1]]
    response.heads = [[2]]
    response.more = true
    #expect(try SyncResponse(decoding: response.bytes) == response)
    let push = PushRequest(policy: [[1, 2]], runs: [fixture.run(entries)], heads: [[3]])
    #expect(try PushRequest(decoding: push.bytes) == push)
    let have = HaveRequest(shards: [ShardName(root: .zero)])
    #expect(try HaveRequest(decoding: have.bytes) == have)
    #expect(try HaveResponse(decoding: HaveResponse(sizes: [0, 7]).bytes).sizes == [0, 7])
    let refusal = Refusal(.quota, "needs more", time: now)
    #expect(try Refusal(decoding: refusal.bytes) == refusal)
  }

  @Test func `statements verify and carry what was signed`() throws {
    let entries = fixture.entries(2, signed: [2])
    let position = fixture.position(after: entries)
    let head = try Head(
      vault: fixture.vault, sequence: 4, feeds: [fixture.scope: position], policy: [],
      seen: [:], time: now, by: fixture.device)
    #expect(try Head(verifying: head.bytes) == head)
    let stored = try StoredReceipt(
      vault: fixture.vault, shard: ShardName(root: .zero), sizeBytes: 5, time: now,
      by: fixture.device)
    #expect(try StoredReceipt(verifying: stored.bytes) == stored)
    let receipt = try PushReceipt(
      vault: fixture.vault, digest: .zero, feeds: [fixture.feed: position], time: now,
      by: fixture.device)
    #expect(try PushReceipt(verifying: receipt.bytes) == receipt)
  }

  @Test func `a changed statement is refused wherever it was changed`() throws {
    let stored = try StoredReceipt(
      vault: fixture.vault, shard: ShardName(root: .zero), sizeBytes: 5, time: now,
      by: fixture.device)
    for index in stored.bytes.indices {
      var bytes = stored.bytes
      bytes[index] ^= 0x10
      #expect(throws: MessageError.self) { try StoredReceipt(verifying: bytes) }
    }
  }

  @Test func `an invitation survives white space and nothing else`() throws {
    let facts = NodeRecord.Facts(
      sequence: 1, addresses: ["https://127.0.0.1:7400"], publicKeyHash: .zero,
      certificate: [1, 2, 3], region: "here", operatorName: nil, notBeforeSeconds: 0,
      expiresSeconds: nil)
    let record = try NodeRecord(facts, by: fixture.device)
    let invitation = Invitation(
      record: record, token: [UInt8](repeating: 7, count: 16), quotaBytes: 1 << 30)
    #expect(try Invitation(line: "  \(invitation.line)\n") == invitation)
    #expect(throws: MessageError.self) { try Invitation(line: "freehold:abc") }
    #expect(throws: MessageError.self) { try Invitation(line: String(invitation.line.dropLast())) }
  }

  @Test func `unknown and missing keys are refused`() {
    let extra = DAGCBOR.encode(.map([("sizes", .array([])), ("x", .null)]))
    #expect(throws: MessageError.self) { try HaveResponse(decoding: extra) }
    let missing = DAGCBOR.encode(.map([(String, CBORValue)]()))
    #expect(throws: MessageError.self) { try HaveResponse(decoding: missing) }
  }

  @Test func `mutated messages never trap`() throws {
    let entries = fixture.entries(3, signed: [3])
    let bytes = PushRequest(runs: [fixture.run(entries)], heads: [[1]]).bytes
    var random = Seeded(state: 7)
    for _ in 0..<2000 {
      var mutated = bytes
      for _ in 0..<3 {
        mutated[Int(random.next() % UInt64(mutated.count))] = UInt8(
          truncatingIfNeeded: random.next())
      }
      if let push = try? PushRequest(decoding: mutated) {
        for run in push.runs { _ = try? run.verified(continuing: fixture.start) }
      }
    }
  }
}
