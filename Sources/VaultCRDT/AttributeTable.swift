/// From (object, attribute) to the first head of its register: open addressing over two columns.
struct AttributeTable {
  /// Object (upper bits) and attribute (lowest 8 bits), in order of arrival.
  private(set) var keys: ContiguousArray<UInt64> = []
  var heads: ContiguousArray<UInt32> = []
  /// Position in `keys` plus one; 0 is free. A power of two, at most half full.
  private var slots: ContiguousArray<UInt32> = ContiguousArray(repeating: 0, count: 16)
  /// Differs from process to process, so that nobody can choose keys that collide; no result
  /// depends upon it.
  private let seed = UInt64(truncatingIfNeeded: 0x9e37.hashValue)

  var count: Int { keys.count }

  static func key(_ node: Node, _ attribute: AttributeKey) -> UInt64 {
    UInt64(node) << 8 | UInt64(attribute.rawValue)
  }

  func node(at position: Int) -> Node { Node(truncatingIfNeeded: keys[position] >> 8) }

  func attribute(at position: Int) -> AttributeKey {
    AttributeKey(rawValue: UInt8(truncatingIfNeeded: keys[position]))
  }

  func position(_ node: Node, _ attribute: AttributeKey) -> Int? {
    let entry = slots[slot(of: Self.key(node, attribute))]
    return entry == 0 ? nil : Int(entry) - 1
  }

  func head(_ node: Node, _ attribute: AttributeKey) -> UInt32 {
    guard let position = position(node, attribute) else { return .none }
    return heads[position]
  }

  /// The position of a register, which is added (without heads) when it is new.
  mutating func insert(_ node: Node, _ attribute: AttributeKey) -> Int {
    let key = Self.key(node, attribute)
    var slot = slot(of: key)
    if slots[slot] != 0 { return Int(slots[slot]) - 1 }
    if 2 * (keys.count + 1) > slots.count {
      grow(to: 2 * slots.count)
      slot = self.slot(of: key)
    }
    keys.append(key)
    heads.append(.none)
    slots[slot] = UInt32(keys.count)
    return keys.count - 1
  }

  /// Makes room for that many registers in all.
  mutating func reserve(_ total: Int) {
    keys.reserveCapacity(total)
    heads.reserveCapacity(total)
    var size = slots.count
    while size < 2 * total { size *= 2 }
    if size > slots.count { grow(to: size) }
  }

  private mutating func grow(to size: Int) {
    slots = ContiguousArray(repeating: 0, count: size)
    for position in keys.indices { slots[slot(of: keys[position])] = UInt32(position + 1) }
  }

  /// Where a key is, or the free slot where it belongs.
  private func slot(of key: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: mixed(key ^ seed)) & mask
    while slots[slot] != 0, keys[Int(slots[slot]) - 1] != key { slot = (slot + 1) & mask }
    return slot
  }
}

/// Spreads a number over all 64 bits (the finaliser of MurmurHash3).
@inline(__always)
func mixed(_ number: UInt64) -> UInt64 {
  var word = number
  word ^= word >> 33
  word &*= 0xff51_afd7_ed55_8ccd
  word ^= word >> 33
  word &*= 0xc4ce_b9fe_1a85_ec53
  return word ^ (word >> 33)
}
