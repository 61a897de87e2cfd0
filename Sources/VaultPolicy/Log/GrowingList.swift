/// A list that only grows, whose copies share all that they have in common.
///
/// The idea: elements lie in blocks; whoever goes on with a copy copies its last block and the list
/// of blocks, not the elements before. With blocks of three, `[a b c][d e f][g]` and its copy that
/// goes on with h share `[a b c]` and `[d e f]`.
///
/// Invariant: every block but the last is full.
struct GrowingList<Element> {
  private static var blockBits: Int { 8 }
  private static var blockCount: Int { 1 << blockBits }

  private var blocks: [[Element]] = []
  private(set) var count = 0

  mutating func append(_ element: consuming Element) {
    if count & (Self.blockCount - 1) == 0 {
      var block: [Element] = []
      block.reserveCapacity(Self.blockCount)
      blocks.append(block)
    }
    blocks[blocks.count - 1].append(element)
    count += 1
  }
}

extension GrowingList: Sendable where Element: Sendable {}

extension GrowingList: RandomAccessCollection {
  var startIndex: Int { 0 }
  var endIndex: Int { count }

  subscript(position: Int) -> Element {
    blocks[position >> Self.blockBits][position & (Self.blockCount - 1)]
  }
}
