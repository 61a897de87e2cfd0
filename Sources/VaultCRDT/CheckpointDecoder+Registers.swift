import VaultEncoding

extension CheckpointDecoder {
  /// Each head takes at least a byte for its size, each byte of a value one.
  mutating func readTotals() throws -> (heads: Int, bytes: Int) {
    let heads = try reader.readCount(max: bytes.count, bytesEach: 1)
    let valueBytes = try reader.readCount(max: bytes.count, bytesEach: 1)
    tree.heads.reserve(heads: heads, bytes: valueBytes)
    return (heads, valueBytes)
  }

  mutating func readContents() throws {
    try readObjectRegisters(max: CRDTLimits.contentBytesMax) { tree, node, head in
      guard tree.nodes.kinds[node] != .folder else { throw CheckpointFault.registers }
      tree.nodes.contents[node] = head
    }
  }

  mutating func readAttributes() throws {
    let count = try reader.readCount(max: 256)
    var last = -1
    for _ in 0..<count {
      let key = try reader.readUInt8()
      guard Int(key) > last else { throw CheckpointFault.registers }
      last = Int(key)
      let attribute = AttributeKey(rawValue: key)
      try readObjectRegisters(max: CRDTLimits.attributeBytesMax) { tree, node, head in
        guard node != 1 else { throw CheckpointFault.registers }
        tree.attributes.set(head, Node(node), attribute)
      }
    }
  }

  private mutating func readObjectRegisters(
    max: Int, _ store: (inout Tree, Int, UInt32) throws -> Void
  ) throws {
    let count = try reader.readCount(max: tree.nodes.count)
    var objects = try readRunColumn()
    var columns = try readHeadColumns(registers: count, max: max)
    var node: Int64 = 0
    for index in 0..<count {
      let next = index == 0 ? 0 : node + 1
      let end = Swift.max(next, Int64(tree.nodes.count))
      node = try advanced(node, by: try objects.next(), in: next..<end, else: .registers)
      let origin = node < 2 ? Dot(raw: .max) : tree.nodes.origins[Int(node)]
      let head = try columns.readRegister(into: &tree, origin: origin)
      try store(&tree, Int(node), head)
    }
    try objects.requireEnd()
    try columns.requireEnd()
  }

  mutating func readSettings() throws {
    let count = try reader.readCount(max: bytes.count)
    var keys = try readColumn()
    guard count <= keys.remaining else { throw CheckpointFault.registers }
    var columns = try readHeadColumns(registers: count, max: CRDTLimits.settingBytesMax)
    tree.settings.reserveCapacity(count)
    var key: [UInt8] = []
    for index in 0..<count {
      let shared = try keys.readCount(max: key.count)
      let rest = try keys.readLengthPrefixed(max: CRDTLimits.settingKeyBytesMax)
      let next = key[..<shared] + rest
      guard next.count <= CRDTLimits.settingKeyBytesMax,
        index == 0 || key.lexicographicallyPrecedes(next)
      else { throw CheckpointFault.registers }
      key = Array(next)
      tree.settings[key] = try columns.readRegister(into: &tree, origin: Dot(raw: .max))
    }
    try keys.requireEnd()
    try columns.requireEnd()
  }

  private mutating func readHeadColumns(registers: Int, max: Int) throws -> HeadColumnReaders {
    let counts = try readRunColumn()
    let authors = try readRunColumn()
    let counters = try readRunColumn()
    let sizes = try readColumn()
    let values = try readBlob()
    guard registers <= sizes.remaining else { throw CheckpointFault.registers }
    return HeadColumnReaders(
      bytes: bytes, counts: counts, authors: authors, counters: counters, sizes: sizes,
      values: ByteReader(bytes, in: values), sizeMax: max)
  }
}

/// The columns of a table of registers, while they are read.
private struct HeadColumnReaders {
  let bytes: [UInt8]
  var counts: RunColumnReader
  var authors: RunColumnReader
  var counters: RunColumnReader
  var sizes: ByteReader
  var values: ByteReader
  let sizeMax: Int

  /// Reads the heads of one register: at least one, by replica, each written after the creation of
  /// the object.
  mutating func readRegister(into tree: inout Tree, origin: Dot) throws -> UInt32 {
    let count = try counts.next()
    guard count >= 1, count <= Int64(tree.history.replicas.count) else {
      throw CheckpointFault.registers
    }
    var first = UInt32.none
    var last = -1
    for _ in 0..<count {
      let dot = try readDot(tree.history, origin: origin)
      guard dot.replica > last else { throw CheckpointFault.registers }
      last = dot.replica
      guard origin.raw == .max || tree.history.isAfter(dot, origin) else {
        throw CheckpointFault.registers
      }
      let size = try sizes.readCount(max: sizeMax + 1)
      let value =
        size == 0 ? ByteHeap.Place.absent : tree.heads.store(bytes, try values.take(size - 1))
      first = tree.heads.append(dot, value, next: first)
    }
    return first
  }

  private mutating func readDot(_ history: History, origin: Dot) throws -> Dot {
    let author = try authors.next()
    var counter = try counters.next()
    var replica = Int(truncatingIfNeeded: author) - 1
    if author == 0 {
      guard origin.raw != .max, counter >= 0, counter <= Int64(UInt32.max) else {
        throw CheckpointFault.registers
      }
      replica = origin.replica
      counter += Int64(origin.counter)
    }
    guard author >= 0, author <= Int64(history.replicas.count), replica >= 0, counter >= 0,
      counter < Int64(history.replicas[replica].counterEnd)
    else { throw CheckpointFault.registers }
    return Dot(replica: UInt16(replica), counter: UInt32(counter))
  }

  func requireEnd() throws {
    try counts.requireEnd()
    try authors.requireEnd()
    try counters.requireEnd()
    try sizes.requireEnd()
    try values.requireEnd()
  }
}
