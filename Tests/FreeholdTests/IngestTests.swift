import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSync

@testable import Freehold

/// What a node sends is looked at piece by piece before anything of it is kept.
@Suite(.timeLimit(.minutes(30))) struct IngestTests {
  private func answer() -> SyncNews { SyncNews(shown: StateParts()) }

  private func head(
    _ sequence: Int, of vault: DID, by key: SigningKey, milliseconds: Int64 = 0
  ) throws -> Head {
    try Head(
      vault: vault, sequence: sequence, feeds: [:], policy: [], seen: [:],
      time: Timestamp(milliseconds: milliseconds), by: key)
  }

  private func key(_ number: UInt64) -> SigningKey {
    var generator = SeededGenerator(seed: number)
    return SigningKey.generate(using: &generator)
  }

  @Test func `two heads of one number are told, and the first is kept`() async throws {
    let world = try await PushWorld()
    let first = try head(4, of: world.vault.did, by: key(7))
    let second = try head(4, of: world.vault.did, by: key(7), milliseconds: 1_000)
    var news = answer()
    news.heads = [first.bytes]
    #expect(try await world.vault.ingest(news).findings.isEmpty)
    news.heads = [second.bytes]
    let found = try await world.vault.ingest(news).findings
    #expect(found == [.deviceForked(device: key(7).did, sequence: 4)])
    #expect(try await world.vault.localState().heads[key(7).did]?.cid == first.cid)
  }

  @Test func `a head of another vault, or one that was changed, is told and not kept`()
    async throws
  {
    let world = try await PushWorld()
    let foreign = try head(1, of: key(8).did, by: key(7))
    var changed = try head(1, of: world.vault.did, by: key(7)).bytes
    changed[changed.count - 1] ^= 1
    var news = answer()
    news.heads = [foreign.bytes, changed]
    let found = try await world.vault.ingest(news).findings
    #expect(found.count == 2 && found.allSatisfy(\.blamesNode))
    #expect(try await world.vault.localState().heads[key(7).did] == nil)
  }

  @Test func `a policy entry that can never be valid is told`() async throws {
    let world = try await PushWorld()
    var news = answer()
    news.policy = [[1, 2, 3]]
    #expect(try await world.vault.ingest(news).findings.count == 1)
  }
}
