/// Which object each creating operation of one replica made: two sorted columns.
///
/// Its size depends on the objects, not on the operations, so that nobody can make it large by
/// claiming many operations.
struct CreationColumn {
  private(set) var counters: ContiguousArray<UInt32> = []
  private(set) var nodes: ContiguousArray<Node> = []

  var count: Int { counters.count }

  mutating func append(_ counter: UInt32, _ node: Node) {
    counters.append(counter)
    nodes.append(node)
  }

  /// Forgets the creations from a counter on.
  mutating func removeAll(from counter: UInt32) {
    while let last = counters.last, last >= counter {
      counters.removeLast()
      nodes.removeLast()
    }
  }

  /// The object that an operation created, or `.none`.
  ///
  /// Complexity: O(log *n*), and O(1) where creations are evenly spaced, as they mostly are: the
  /// search starts where they would be.
  func node(of counter: UInt32) -> Node {
    guard let first = counters.first, let last = counters.last, counter >= first, counter <= last
    else { return .none }
    if first == last { return nodes[0] }
    let span = UInt64(counter - first) * UInt64(count - 1) / UInt64(last - first)
    let guess = Int(span)
    if counters[guess] == counter { return nodes[guess] }
    var low = 0
    var high = count
    var step = 1
    if counters[guess] < counter {
      low = guess + 1
      while low + step < high, counters[low + step] <= counter {
        low += step
        step *= 2
      }
      high = min(high, low + step)
    } else {
      high = guess
      while high - step >= 0, counters[high - step] > counter {
        high -= step
        step *= 2
      }
      low = max(0, high - step)
    }
    while low < high {
      let middle = (low + high) / 2
      if counters[middle] < counter { low = middle + 1 } else { high = middle }
    }
    return low < count && counters[low] == counter ? nodes[low] : .none
  }
}
