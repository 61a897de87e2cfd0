import Testing

@testable import VaultPolicy

/// What waits, and for how long.
struct DependencyQueueTests {
  @Test func `an item comes out once everything it needs is there`() {
    var queue = DependencyQueue<Int, String>(countMax: 10, bytesMax: 100)
    queue.hold("item", id: 3, bytes: 1, missing: [1, 2])
    #expect(queue.missing == [1, 2])
    #expect(queue.arrived(1).isEmpty)
    #expect(queue.arrived(2) == ["item"])
    #expect(queue.count == 0 && queue.bytes == 0 && queue.missing.isEmpty)
  }

  @Test func `when full the oldest goes`() {
    var queue = DependencyQueue<Int, Int>(countMax: 3, bytesMax: 100)
    for id in 1...5 { queue.hold(id, id: id, bytes: 1, missing: [0]) }
    #expect(queue.count == 3)
    #expect(queue.arrived(0) == [3, 4, 5])
  }

  @Test func `what is larger than the room is not taken, and evicts nothing`() {
    var queue = DependencyQueue<Int, Int>(countMax: 3, bytesMax: 10)
    queue.hold(1, id: 1, bytes: 10, missing: [0])
    queue.hold(2, id: 2, bytes: 11, missing: [0])
    #expect(queue.contains(1) && !queue.contains(2))
    queue.hold(3, id: 3, bytes: 5, missing: [0])
    #expect(!queue.contains(1) && queue.contains(3))
  }

  @Test func `a queue that was used for long forgets what passed through`() {
    var queue = DependencyQueue<Int, Int>(countMax: 4, bytesMax: 100)
    for id in 1...10_000 {
      queue.hold(id, id: id, bytes: 1, missing: [-id])
      #expect(queue.arrived(-id) == [id])
    }
    #expect(queue.count == 0 && queue.bytes == 0)
  }
}
