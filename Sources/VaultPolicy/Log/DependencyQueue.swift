/// Holds what came before the things it builds on, and gives it out once they are there.
///
/// Bounded: when full, the oldest goes. What was let go comes again with the next exchange.
struct DependencyQueue<ID: Hashable & Sendable, Item: Sendable>: Sendable {
  private struct Waiter: Sendable {
    let item: Item
    let bytes: Int
    var missing: Set<ID>
  }

  private let countMax: Int
  private let bytesMax: Int
  private var waiters: [ID: Waiter] = [:]
  private var waitersFor: [ID: [ID]] = [:]
  /// Arrival order; may name some that are gone.
  private var order: [ID] = []
  private var oldest = 0
  private(set) var bytes = 0

  init(countMax: Int, bytesMax: Int) {
    self.countMax = countMax
    self.bytesMax = bytesMax
  }

  var count: Int { waiters.count }
  /// What is waited for.
  var missing: Set<ID> { Set(waitersFor.keys) }

  func contains(_ id: ID) -> Bool { waiters[id] != nil }

  /// What a waiting item still needs.
  func missing(for id: ID) -> Set<ID> { waiters[id]?.missing ?? [] }

  /// Lets an item wait.
  ///
  /// Does nothing when it waits already.
  mutating func hold(_ item: Item, id: ID, bytes size: Int, missing: Set<ID>) {
    guard !contains(id), size <= bytesMax, countMax > 0 else { return }
    while count >= countMax || bytes + size > bytesMax { dropOldest() }
    waiters[id] = Waiter(item: item, bytes: size, missing: missing)
    for need in missing { waitersFor[need, default: []].append(id) }
    order.append(id)
    bytes += size
    forgetReleased()
  }

  /// Takes out the items that waited for nothing else.
  mutating func arrived(_ id: ID) -> [Item] {
    var ready: [Item] = []
    for waiting in waitersFor.removeValue(forKey: id) ?? [] {
      guard var waiter = waiters[waiting] else { continue }
      waiter.missing.remove(id)
      guard waiter.missing.isEmpty else {
        waiters[waiting] = waiter
        continue
      }
      waiters[waiting] = nil
      bytes -= waiter.bytes
      ready.append(waiter.item)
    }
    return ready
  }

  private mutating func dropOldest() {
    while oldest < order.count {
      let id = order[oldest]
      oldest += 1
      if forget(id) { break }
    }
  }

  /// Shortens the arrival order when most of it is gone: amortised, each name moves once.
  private mutating func forgetReleased() {
    guard order.count > 2 * count + 64 else { return }
    order = order[oldest...].filter { waiters[$0] != nil }
    oldest = 0
  }

  private mutating func forget(_ id: ID) -> Bool {
    guard let waiter = waiters.removeValue(forKey: id) else { return false }
    bytes -= waiter.bytes
    for need in waiter.missing {
      waitersFor[need]?.removeAll { $0 == id }
      if waitersFor[need]?.isEmpty ?? false { waitersFor[need] = nil }
    }
    return true
  }
}
