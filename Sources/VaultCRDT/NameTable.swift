/// A hash table of objects by (folder, name): open addressing, several objects may share a key.
///
/// A slot is 32 bits of hash and the object; 0 is free, since the root is in no folder. The names
/// themselves are compared by the caller. Name hashes differ from process to process, so that
/// nobody can choose names that collide; no result depends upon them.
struct NameTable {
  private var slots: ContiguousArray<UInt64> = ContiguousArray(repeating: 0, count: 16)
  private var count = 0

  static func hash(folder: Node, nameHash: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: mixed(UInt64(folder) << 32 | UInt64(nameHash)))
  }

  mutating func reserve(_ total: Int) {
    var size = slots.count
    while size < 2 * total { size *= 2 }
    if size > slots.count { resize(to: size) }
  }

  mutating func insert(_ node: Node, hash: UInt32) {
    if 2 * (count + 1) > slots.count { resize(to: 2 * slots.count) }
    place(UInt64(hash) << 32 | UInt64(node))
    count += 1
  }

  mutating func remove(_ node: Node, hash: UInt32) {
    let mask = slots.count - 1
    let entry = UInt64(hash) << 32 | UInt64(node)
    var hole = Int(hash) & mask
    while slots[hole] != entry {
      if slots[hole] == 0 { return }
      hole = (hole + 1) & mask
    }
    // Close the gap: move back what was pushed past it.
    var slot = hole
    while true {
      slot = (slot + 1) & mask
      let other = slots[slot]
      if other == 0 { break }
      let home = Int(other >> 32) & mask
      if (slot - home) & mask >= (slot - hole) & mask {
        slots[hole] = other
        hole = slot
      }
    }
    slots[hole] = 0
    count -= 1
  }

  /// Calls back with each object whose hash is this one.
  func forEach(hash: UInt32, _ body: (Node) -> Void) {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      if UInt32(truncatingIfNeeded: slots[slot] >> 32) == hash {
        body(Node(truncatingIfNeeded: slots[slot]))
      }
      slot = (slot + 1) & mask
    }
  }

  private mutating func place(_ entry: UInt64) {
    let mask = slots.count - 1
    var slot = Int(entry >> 32) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = entry
  }

  private mutating func resize(to size: Int) {
    let old = slots
    slots = ContiguousArray(repeating: 0, count: size)
    for entry in old where entry != 0 { place(entry) }
  }
}
