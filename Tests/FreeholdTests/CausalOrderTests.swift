import Testing
import VaultCRDT
import VaultEncoding

@testable import Freehold

struct CausalOrderTests {
  private func replica(_ number: UInt8) -> Bytes32 {
    Bytes32([UInt8](repeating: number, count: 32)) ?? .zero
  }

  /// Writes folders in turns with clocks that are wrong by so much, merging before each.
  private func batches(_ errors: [Int64], rounds: Int) throws -> [Batch] {
    var trees = errors.map { _ in Tree() }
    var all: [Batch] = []
    for round in 0..<rounds {
      for (number, error) in errors.enumerated() {
        _ = trees[number].merge(all)
        let time = 1_800_000_000_000 + Int64(round) * 60_000 + error
        let batch = try trees[number].commit(by: replica(UInt8(number + 1)), at: time) { draft in
          _ = try draft.create(.folder, in: .root, named: Array("\(round) \(number)".utf8))
        }
        if let batch { all.append(batch) }
      }
    }
    return all
  }

  @Test func `each batch comes after what it builds on, whatever the clocks say`() throws {
    // One clock is two days behind, one a day ahead: more than what others follow.
    let all = try batches([0, -172_800_000, 86_400_000], rounds: 5)
    let byTime = all.sorted { ($0.time, $0.replica) < ($1.time, $1.replica) }
    var lost = Tree()
    var lostCount = 0
    for batch in byTime where !lost.merge([batch]).waiting.isEmpty { lostCount += 1 }
    #expect(lostCount > 0, "the clocks are not wrong enough to prove anything")
    var tree = Tree()
    var count = 0
    for batch in CausalOrder(all.shuffled()) {
      #expect(tree.merge([batch]).waiting.isEmpty)
      count += 1
    }
    #expect(count == all.count)
  }

  @Test func `independent batches come by time`() throws {
    var first = Tree()
    var second = Tree()
    var all: [Batch] = []
    for (time, isFirst) in [(3, true), (1, false), (2, false), (5, true)] as [(Int64, Bool)] {
      func write(_ tree: inout Tree, _ replica: Bytes32) throws {
        let batch = try tree.commit(by: replica, at: 1_000 * time) { draft in
          _ = try draft.create(.folder, in: .root, named: Array("\(time)".utf8))
        }
        if let batch { all.append(batch) }
      }
      if isFirst { try write(&first, replica(1)) } else { try write(&second, replica(2)) }
    }
    #expect(CausalOrder(all).map(\.time.milliseconds) == [1_000, 2_000, 3_000, 5_000])
  }

  @Test func `what builds on something missing is left out`() throws {
    let all = try batches([0, 0], rounds: 3)
    #expect(Array(CausalOrder(Array(all.dropFirst()))).isEmpty)
  }
}
