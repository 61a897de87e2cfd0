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
    var known = StateParts(
      policy: [HashPrefix(.zero)],
      heads: [fixture.device.did: .init(sequence: 3, name: HashPrefix(.zero))])
    known.add(fixture.scope, of: vector)
    for known in [nil, known, StateParts()] {
      let request = SyncRequest(
        digest: .zero, wantsReceipt: true, known: known, entriesBytesMost: 1000)
      #expect(try SyncRequest(decoding: request.bytes) == request)
    }
    var news = SyncNews(shown: known)
    news.runs = [fixture.run(entries)]
    news.policy = [[1]]
    news.heads = [[2]]
    news.more = true
    let outline = StateOutline(StateSummary(feeds: vector, policy: [CID](), heads: [:]))
    for content in [SyncResponse.Content.same, .differs(outline), .news(news)] {
      let response = SyncResponse(content, time: now, quotaBytes: 10, usedBytes: 3, receipt: [7])
      #expect(try SyncResponse(decoding: response.bytes) == response)
    }
    let push = PushRequest(policy: [[1, 2]], runs: [fixture.run(entries)], heads: [[3]])
    #expect(try PushRequest(decoding: push.bytes) == push)
    let have = HaveRequest(shards: [ShardName(root: .zero)])
    #expect(try HaveRequest(decoding: have.bytes) == have)
    #expect(try HaveResponse(decoding: HaveResponse(sizes: [0, 7]).bytes).sizes == [0, 7])
    let refusal = Refusal(.refused, "revoked", time: now, chain: [[1, 2], [3]])
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
      vault: fixture.vault, digest: .zero, feeds: [fixture.feed: position], policy: [head.cid],
      time: now, by: fixture.device)
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

  @Test func `a question and its answer when nothing is new are within 72 bytes`() {
    let request = SyncRequest(digest: .zero)
    #expect(request.bytes.count == 38)
    let largest = (1 << 53) - 1
    let answer = SyncResponse(.same, time: now, quotaBytes: largest, usedBytes: largest)
    #expect(answer.bytes.count == 30)
  }

  @Test func `what is compared grows with the devices and not with the history`() throws {
    func bytes(devices: Int, count: Int) throws -> Int {
      var random = Seeded(state: 9)
      var vector: FeedVector = [:]
      var heads: [DID: StateParts.HeadMark] = [:]
      for _ in 0..<devices {
        let device = SigningKey.generate(using: &random).did
        vector[FeedKey(scope: fixture.scope, device: device)] = FeedPosition(
          count: count, chain: .zero)
        heads[device] = .init(sequence: count, name: HashPrefix(.zero))
      }
      var known = StateParts(policy: [HashPrefix(.zero)], heads: heads)
      known.add(fixture.scope, of: vector)
      return SyncRequest(digest: .zero, known: known).bytes.count
    }
    let short = try bytes(devices: 8, count: 1)
    #expect(try bytes(devices: 8, count: 1_000_000) <= short + 8 * 2 * 4)
    #expect(try bytes(devices: 16, count: 1) - short <= 8 * 2 * 50)
    #expect(short <= 900)
  }

  @Test func `mutated sync messages never trap`() throws {
    let entries = fixture.entries(2, signed: [2])
    var known = StateParts(
      policy: [HashPrefix(.zero)],
      heads: [fixture.device.did: .init(sequence: 3, name: HashPrefix(.zero))])
    known.add(fixture.scope, of: [fixture.feed: fixture.position(after: entries)])
    var news = SyncNews(shown: known)
    news.runs = [fixture.run(entries)]
    let request = SyncRequest(digest: .zero, known: known).bytes
    let answer = SyncResponse(
      .news(news), time: now, quotaBytes: 10, usedBytes: 3, receipt: [7]
    ).bytes
    var random = Seeded(state: 11)
    for _ in 0..<2000 {
      var mutated = (request, answer)
      for _ in 0..<2 {
        let byte = UInt8(truncatingIfNeeded: random.next())
        mutated.0[Int(random.next() % UInt64(request.count))] = byte
        mutated.1[Int(random.next() % UInt64(answer.count))] = byte
      }
      if let read = try? SyncRequest(decoding: mutated.0) {
        #expect(try SyncRequest(decoding: read.bytes) == read)
      }
      if let read = try? SyncResponse(decoding: mutated.1) {
        #expect(try SyncResponse(decoding: read.bytes) == read)
      }
    }
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
