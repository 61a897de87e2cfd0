import Testing
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultSync

struct CheckpointStatementTests {
  private func facts(_ fixture: SyncFixture, feeds: Int = 2, pieces: Int = 3) -> Checkpoint.Facts {
    var random = Seeded(state: 5)
    var positions: [DID: FeedPosition] = [:]
    for number in 0..<feeds {
      positions[SigningKey.generate(using: &random).did] = FeedPosition(
        count: number + 1, chain: .generate(using: &random))
    }
    return Checkpoint.Facts(
      vault: fixture.vault, scope: fixture.scope, epoch: 7, feeds: positions,
      pieces: (0..<pieces).map { number in
        .init(name: ShardName(root: .generate(using: &random)), sizeBytes: 100 + number)
      }, stateBytes: 1_000, historyBytes: 9_000, time: Timestamp(milliseconds: 1_800_000_000_000))
  }

  @Test func `a checkpoint comes back as it was signed`() throws {
    let fixture = try SyncFixture()
    let checkpoint = try Checkpoint(facts(fixture), by: fixture.device)
    let read = try Checkpoint(verifying: checkpoint.bytes)
    #expect(read == checkpoint)
    #expect(read.coverage == 3 && read.sizeBytes == 303)
  }

  @Test func `the largest checkpoint is within the limit of statements`() throws {
    let fixture = try SyncFixture()
    let largest = facts(
      fixture, feeds: SyncLimits.checkpointFeedsMax, pieces: SyncLimits.checkpointPiecesMax)
    let checkpoint = try Checkpoint(largest, by: fixture.device)
    #expect(checkpoint.bytes.count <= SyncLimits.statementBytesMax)
    #expect(try Checkpoint(verifying: checkpoint.bytes) == checkpoint)
  }

  @Test func `changed and empty checkpoints are refused`() throws {
    let fixture = try SyncFixture()
    let bytes = try Checkpoint(facts(fixture), by: fixture.device).bytes
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x10
      #expect(throws: MessageError.self) { try Checkpoint(verifying: changed) }
    }
    for (feeds, pieces) in [(0, 1), (1, 0)] {
      let empty = try Checkpoint(facts(fixture, feeds: feeds, pieces: pieces), by: fixture.device)
      #expect(throws: MessageError.self) { try Checkpoint(verifying: empty.bytes) }
    }
  }
}
