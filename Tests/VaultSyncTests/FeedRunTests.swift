import Testing
import VaultCrypto
import VaultEncoding
import VaultSync

struct FeedRunTests {
  let fixture: SyncFixture

  init() throws {
    fixture = try SyncFixture()
  }

  @Test func `a run that ends signed is accepted whole`() throws {
    let entries = fixture.entries(5, signed: [5])
    let accepted = try fixture.run(entries).verified(continuing: fixture.start)
    #expect(accepted.map(\.entry) == entries)
    #expect(accepted.last?.position == fixture.position(after: entries))
  }

  @Test func `what comes behind the last signature is left out`() throws {
    let accepted = try fixture.run(fixture.entries(5, signed: [3])).verified(
      continuing: fixture.start)
    #expect(accepted.count == 3)
  }

  @Test func `a run without any signature is refused`() {
    let run = fixture.run(fixture.entries(2, signed: []))
    #expect(throws: FeedRun.Refusal.signature(at: 2)) {
      try run.verified(continuing: fixture.start)
    }
  }

  @Test func `a run that starts later than the copy ends is a gap`() {
    let run = fixture.run(fixture.entries(5, signed: [5]), from: 3)
    #expect(throws: FeedRun.Refusal.gap(have: 0, first: 3)) {
      try run.verified(continuing: fixture.start)
    }
  }

  @Test func `entries that are there already are skipped`() throws {
    let entries = fixture.entries(5, signed: [2, 5])
    let copy = fixture.position(after: entries.prefix(2))
    let accepted = try fixture.run(entries).verified(continuing: copy)
    #expect(accepted.map(\.entry.sequence) == [3, 4, 5])
  }

  @Test func `a run over another history is refused`() throws {
    let entries = fixture.entries(5, signed: [5])
    var forged = entries
    forged[1] = FeedEntry(sequence: 2, epoch: 0, dependencies: [:], ciphertext: [9])
    #expect(throws: FeedRun.Refusal.signature(at: 5)) {
      try fixture.run(forged).verified(continuing: fixture.start)
    }
  }

  @Test func `another device's signature is refused`() throws {
    let other = try SyncFixture(seed: 2)
    let entries = other.entries(1, signed: [1])
    let run = FeedRun(feed: fixture.feed, first: 1, entries: entries.map(\.bytes))
    #expect(throws: FeedRun.Refusal.signature(at: 1)) {
      try run.verified(continuing: fixture.start)
    }
  }

  @Test func `every flipped bit of a signed entry is refused`() throws {
    let entry = try #require(fixture.entries(1, signed: [1]).first)
    for index in entry.bytes.indices {
      var bytes = entry.bytes
      bytes[index] ^= 1
      let run = FeedRun(feed: fixture.feed, first: 1, entries: [bytes])
      #expect(throws: FeedRun.Refusal.self) { try run.verified(continuing: fixture.start) }
    }
  }

  @Test func `feeds of two vaults start from different chains`() throws {
    let other = FeedPosition.start(of: fixture.feed, vault: fixture.device.did)
    #expect(other != fixture.start)
  }
}
