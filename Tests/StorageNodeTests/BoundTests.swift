import Logging
import Synchronization
import Testing

@testable import StorageNode

@Suite struct BoundTests {
  @Test func `a bucket gives its burst, then its rate`() {
    var buckets = TokenBuckets<Int>(rate: .init(perSecond: 2, burst: 3), keysMax: 4)
    let first = (0..<4).map { _ in buckets.take(for: 1, atMilliseconds: 0) }
    #expect(first == [nil, nil, nil, 1])
    #expect(buckets.take(for: 2, atMilliseconds: 0) == nil)
    #expect(buckets.take(for: 1, atMilliseconds: 500) == nil)
    #expect(buckets.take(for: 1, atMilliseconds: 500) != nil)
    // A clock that steps back neither gives nor takes.
    #expect(buckets.take(for: 1, atMilliseconds: 100) != nil)
  }

  @Test func `buckets are bounded, and forgetting only forgives`() {
    var buckets = TokenBuckets<Int>(rate: .init(perSecond: 1, burst: 1), keysMax: 10)
    for key in 0..<1_000 { #expect(buckets.take(for: key, atMilliseconds: 0) == nil) }
  }

  @Test func `what was not asked for longest is forgotten`() {
    var table = RecentlyUsed<Int, String>(countMax: 2)
    table.set("a", for: 1)
    table.set("b", for: 2)
    #expect(table.value(for: 1) == "a")
    table.set("c", for: 3)
    #expect(table.value(for: 2) == nil)
    #expect(table.value(for: 1) == "a")
    #expect(table.count == 2)
  }

  @Test func `bodies wait in line for memory, and the line has an end`() async {
    let budget = BodyBudget(bytes: 10, waitingMax: 1)
    #expect(await budget.reserve(8))
    await withTaskGroup(of: Bool.self) { tasks in
      for _ in 0..<2 { tasks.addTask { await budget.reserve(5) } }
      // One of the two finds the line full; the other waits for the release.
      #expect(await tasks.next() == false)
      budget.release(8)
      #expect(await tasks.next() == true)
    }
    budget.release(5)
    #expect(await budget.reserve(10))
  }

  @Test func `a waiting body that is cancelled leaves the line`() async {
    let budget = BodyBudget(bytes: 10, waitingMax: 5)
    #expect(await budget.reserve(10))
    await withTaskGroup(of: Bool.self) { tasks in
      tasks.addTask { await budget.reserve(1) }
      tasks.cancelAll()
      #expect(await tasks.next() == false)
    }
    budget.release(10)
    #expect(await budget.reserve(10))
  }

  @Test func `a log record is one line whatever is in it`() {
    let lines = Mutex<[String]>([])
    var logger = Logger(label: "test") { _ in
      Logfmt(
        now: { "2026-11-22T00:00:00Z" },
        write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    }
    logger[metadataKey: "plain"] = "1"
    logger.info("a \"b\"\nc\u{1B}[31m", metadata: ["k": "x=y"])
    logger.debug("not this")
    let expected =
      "time=2026-11-22T00:00:00Z level=info msg=\"a \\\"b\\\"\\nc?[31m\" k=\"x=y\" plain=1\n"
    #expect(lines.withLock { $0 } == [expected])
  }
}
