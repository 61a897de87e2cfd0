/// The values of all registers.
///
/// A register is a chain of *heads*: the values that no write has replaced yet, one unless writes
/// were concurrent.
///
/// Example: A writes 1; B and C, who both saw it, write 2 and 3. The heads are then 2 and 3 (1 is
/// replaced); a write that has seen both leaves one head again.
struct HeadPool {
  private(set) var dots: ContiguousArray<Dot> = []
  private(set) var values: ContiguousArray<ByteHeap.Place> = []
  /// The next head of the same register, or `.none`.
  private(set) var next: ContiguousArray<UInt32> = []
  private(set) var heap = ByteHeap()
  /// How many heads are no longer part of a register.
  private(set) var garbage = 0

  var count: Int { dots.count }

  mutating func reserve(heads: Int, bytes: Int) {
    dots.makeRoom(heads)
    values.makeRoom(heads)
    next.makeRoom(heads)
    heap.reserve(bytes)
  }

  /// Writes a value by an operation that has seen the first `seen[r]` operations of replica *r*
  /// (and of its own everything before it).
  ///
  /// Returns the new first head.
  mutating func write(
    _ value: ByteHeap.Place, by dot: Dot, over first: UInt32,
    seen: borrowing ContiguousArray<UInt32>
  ) -> UInt32 {
    var survivors = UInt32.none
    var head = first
    while head != .none {
      let following = next[Int(head)]
      let old = dots[Int(head)]
      let isOwn = old.replica == dot.replica
      if old.counter < (isOwn ? dot.counter : seen[old.replica]) {
        garbage += 1
        heap.discard(values[Int(head)])
      } else {
        next[Int(head)] = survivors
        survivors = head
      }
      head = following
    }
    return append(dot, value, next: survivors)
  }

  mutating func append(_ dot: Dot, _ value: ByteHeap.Place, next following: UInt32) -> UInt32 {
    dots.append(dot)
    values.append(value)
    next.append(following)
    return UInt32(dots.count - 1)
  }

  mutating func store(_ source: [UInt8], _ range: Range<Int>) -> ByteHeap.Place {
    heap.append(source, range)
  }

  mutating func store(_ value: some Collection<UInt8>) -> ByteHeap.Place { heap.append(value) }

  /// The heads of a register, in no particular order.
  func heads(_ first: UInt32) -> [UInt32] {
    var heads: [UInt32] = []
    var head = first
    while head != .none {
      heads.append(head)
      head = next[Int(head)]
    }
    return heads
  }

  /// Whether a register has exactly this value and no other.
  func isOnly(_ value: [UInt8]?, at first: UInt32) -> Bool {
    guard first != .none else { return value == nil }
    guard next[Int(first)] == .none else { return false }
    let place = values[Int(first)]
    guard let value else { return place == .absent }
    return place != .absent && heap.equals(place, value)
  }

  var isWasteful: Bool { heap.isWasteful || (garbage > 1 << 14 && garbage > count / 2) }

  /// Copies the register that starts at a head into another pool.
  func copy(_ first: UInt32, into other: inout HeadPool) -> UInt32 {
    var copied = UInt32.none
    var head = first
    while head != .none {
      let place = values[Int(head)]
      let value = place == .absent ? place : other.heap.append(heap.bytes, place.range)
      copied = other.append(dots[Int(head)], value, next: copied)
      head = next[Int(head)]
    }
    return copied
  }

  /// Writes a value that replaces a whole register, whose heads stay where they are for
  /// `restore`.
  mutating func replace(_ first: UInt32, by dot: Dot, _ value: ByteHeap.Place) -> UInt32 {
    for head in heads(first) {
      garbage += 1
      heap.discard(values[Int(head)])
    }
    return append(dot, value, next: .none)
  }

  /// Takes back a `replace`.
  mutating func restore(_ first: UInt32, insteadOf latest: UInt32) {
    garbage += 1
    heap.discard(values[Int(latest)])
    for head in heads(first) {
      garbage -= 1
      heap.reclaim(values[Int(head)])
    }
  }
}
