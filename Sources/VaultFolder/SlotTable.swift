/// An open hash table from hashes to row numbers, for rows that lie in columns elsewhere.
///
/// Each slot is one number: the upper half of the hash and the row, plus one, below it. Finding
/// asks the caller about every row whose half hash agrees. Several rows may have one hash.
///
/// Invariant: between the place where a row's hash wants to be and the row's slot, all slots
/// are taken; removing moves later rows back so that no gap is left.
struct SlotTable: Sendable {
  private var slots: [UInt64] = [0, 0, 0, 0]
  private(set) var count = 0

  private var mask: Int { slots.count - 1 }

  /// An empty table.
  init() {}

  /// A table of rows 0, 1, 2 … with these hashes; nothing when `isSame` is true of two of them.
  ///
  /// A million inserts in no order wait a million times for memory. So the rows are first sorted,
  /// roughly, by where they want to be: then the table is filled from its start to its end.
  init?(hashes: [Int], isSame: (UInt32, UInt32) -> Bool) {
    var size = 4
    while size < hashes.count * 2 { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
    count = hashes.count
    for entry in sorted(hashes) where !place(entry, unless: isSame) { return nil }
  }

  /// The entries in the order of the part of the table (64 KiB each) where they want to be.
  private func sorted(_ hashes: [Int]) -> [UInt64] {
    let partBits = 13
    var starts = [Int](repeating: 0, count: (slots.count >> partBits) + 2)
    for (row, hash) in hashes.enumerated() {
      starts[home(SlotTable.entry(hash: hash, row: UInt32(row))) >> partBits + 1] += 1
    }
    for part in 1..<starts.count { starts[part] += starts[part - 1] }
    return [UInt64](unsafeUninitializedCapacity: hashes.count) { entries, filled in
      for (row, hash) in hashes.enumerated() {
        let entry = SlotTable.entry(hash: hash, row: UInt32(row))
        let part = home(entry) >> partBits
        entries.initializeElement(at: starts[part], to: entry)
        starts[part] += 1
      }
      filled = hashes.count
    }
  }

  /// Puts an entry into its slot; false when an equal row is there.
  private mutating func place(_ entry: UInt64, unless isSame: (UInt32, UInt32) -> Bool) -> Bool {
    var slot = home(entry)
    while slots[slot] != 0 {
      let other = slots[slot]
      if other >> 32 == entry >> 32, isSame(SlotTable.row(other), SlotTable.row(entry)) {
        return false
      }
      slot = (slot + 1) & mask
    }
    slots[slot] = entry
    return true
  }

  private static func row(_ entry: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: entry) &- 1 }

  private static func entry(hash: Int, row: UInt32) -> UInt64 {
    UInt64(UInt(bitPattern: hash)) & 0xFFFF_FFFF_0000_0000 | (UInt64(row) + 1)
  }

  /// Where a hash wants to be: its lower and upper half both take part.
  private func home(_ entry: UInt64) -> Int {
    Int(truncatingIfNeeded: (entry >> 32) &* 0x9E37_79B9_7F4A_7C15 >> 20) & mask
  }

  mutating func insert(hash: Int, row: UInt32) {
    if (count + 1) * 2 > slots.count { grow() }
    place(SlotTable.entry(hash: hash, row: row))
    count += 1
  }

  private mutating func place(_ entry: UInt64) {
    var slot = home(entry)
    slots.withUnsafeMutableBufferPointer { slots in
      let mask = slots.count - 1
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = entry
    }
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: old.count * 2)
    for entry in old where entry != 0 { place(entry) }
  }

  /// The first row with this hash of which `matches` is true.
  func find(hash: Int, _ matches: (UInt32) -> Bool) -> UInt32? {
    let wanted = SlotTable.entry(hash: hash, row: 0) >> 32
    var slot = home(wanted << 32)
    while slots[slot] != 0 {
      let entry = slots[slot]
      let row = SlotTable.row(entry)
      if entry >> 32 == wanted && matches(row) { return row }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Removes a row that was inserted with this hash; false when it is not there.
  @discardableResult
  mutating func remove(hash: Int, row: UInt32) -> Bool {
    let wanted = SlotTable.entry(hash: hash, row: row)
    var slot = home(wanted)
    while slots[slot] != wanted {
      if slots[slot] == 0 { return false }
      slot = (slot + 1) & mask
    }
    count -= 1
    var gap = slot
    while true {
      slots[gap] = 0
      var next = gap
      repeat {
        next = (next + 1) & mask
        if slots[next] == 0 { return true }
        // A row may move into the gap unless it wants to be between the gap and itself.
      } while (next - home(slots[next])) & mask < (next - gap) & mask
      slots[gap] = slots[next]
      gap = next
    }
  }
}
