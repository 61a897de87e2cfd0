import Testing
import VaultCrypto
import VaultEncoding
import VaultSync

struct StateSummaryTests {
  @Test func `the digest depends on everything and on no order`() throws {
    let one = try SyncFixture(seed: 1)
    let two = try SyncFixture(seed: 2)
    let a = CID.of([1], codec: .raw)
    let b = CID.of([2], codec: .raw)
    let feeds: FeedVector = [one.feed: one.start, two.feed: two.start]
    func digest(_ feeds: FeedVector, _ policy: [CID], _ heads: [DID: CID]) -> Bytes32 {
      StateSummary(feeds: feeds, policy: policy, heads: heads).digest
    }
    let base = digest(feeds, [a, b], [one.vault: a])
    #expect(base == digest(feeds, [b, a], [one.vault: a]))
    #expect(base != digest([one.feed: one.start], [a, b], [one.vault: a]))
    #expect(base != digest(feeds, [a], [one.vault: a]))
    #expect(base != digest(feeds, [a, b], [one.vault: b]))
    let further = FeedPosition(count: 1, chain: one.start.chain)
    #expect(base != digest([one.feed: further, two.feed: two.start], [a, b], [one.vault: a]))
  }

  @Test func `an outline differs in exactly the part that differs`() throws {
    let one = try SyncFixture(seed: 1)
    let two = try SyncFixture(seed: 2)
    let a = CID.of([1], codec: .raw)
    let base = StateOutline(
      StateSummary(feeds: [one.feed: one.start], policy: [a], heads: [one.vault: a]))
    let other = StateOutline(
      StateSummary(
        feeds: [one.feed: one.start, two.feed: two.start], policy: [a], heads: [one.vault: a]))
    #expect(base.policy == other.policy && base.heads == other.heads)
    #expect(base.scopes[one.scope] == other.scopes[one.scope])
    #expect(base.scopes[two.scope] == nil && other.scopes[two.scope] != nil)
  }
}
