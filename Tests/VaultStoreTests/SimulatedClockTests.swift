import FreeholdTestKit
import Testing
import VaultEncoding

@Suite struct SimulatedClockTests {
  @Test func `sleepers wake in the order of their time`() async throws {
    let clock = SimulatedClock()
    let order = try await withThrowingTaskGroup(of: Int.self) { group in
      for seconds in [3, 1, 2] {
        group.addTask {
          try await clock.sleep(for: .seconds(seconds))
          return seconds
        }
      }
      while clock.sleeperCount < 3 { await Task.yield() }
      var order: [Int] = []
      while clock.advanceToNextSleeper() {
        if let seconds = try await group.next() { order.append(seconds) }
      }
      return order
    }
    #expect(order == [1, 2, 3])
    #expect(clock.monotonic() == .seconds(3))
    #expect(clock.now().milliseconds == SimulatedClock.usualStart.milliseconds + 3_000)
  }

  @Test func `a cancelled sleeper wakes at once with an error`() async {
    let clock = SimulatedClock()
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        do {
          try await clock.sleep(for: .seconds(1))
          return false
        } catch {
          return error is CancellationError
        }
      }
      while clock.sleeperCount < 1 { await Task.yield() }
      group.cancelAll()
      #expect(await group.next() == true)
    }
    #expect(clock.sleeperCount == 0)
  }

  @Test func `a jumping clock moves by itself and a wrong wall clock moves nothing else`()
    async throws
  {
    let clock = SimulatedClock(isJumping: true)
    try await clock.sleep(for: .milliseconds(1_500))
    #expect(clock.monotonic() == .milliseconds(1_500))
    clock.setWall(to: Timestamp(milliseconds: 1_000))
    #expect(clock.now().milliseconds == 1_000)
    #expect(clock.monotonic() == .milliseconds(1_500))
    clock.advance(by: .seconds(1))
    #expect(clock.now().milliseconds == 2_000)
  }

  @Test func `one seed makes one stream and another seed another`() {
    var streams = [7, 7, 8].map { SeededGenerator(seed: $0) }
    let bytes = streams.indices.map { streams[$0].bytes(1_001) }
    #expect(bytes[0] == bytes[1])
    #expect(bytes[0] != bytes[2])
    #expect(SeededRandomness(seed: 7).fill(1_001) == bytes[0])
  }
}
