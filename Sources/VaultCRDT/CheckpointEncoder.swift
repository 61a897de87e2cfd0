import VaultEncoding

/// Writes a tree in an order that depends on nothing but its state: replicas by key, objects by
/// replica and counter, moves in the total order, registers by name, heads by replica.
///
/// docs/spec/crdt.md, "Checkpoint bytes".
struct CheckpointEncoder {
  static let version: UInt8 = 1

  private let tree: Tree
  /// The indices of the replicas that have batches, by key.
  private let replicas: [Int]
  /// From the tree's index of a replica to its place among `replicas`.
  private var places: [Int]
  /// The objects in the order in which they are written; the constants come first.
  private var order: ContiguousArray<Node> = [.root, .trash]
  /// From an object to its number there.
  private var numbers: ContiguousArray<UInt32>
  private var output = ByteWriter()

  init(_ tree: Tree) {
    self.tree = tree
    replicas = tree.history.sortedReplicas.filter { tree.history.replicas[$0].sequence > 0 }
    places = Array(repeating: 0, count: tree.history.replicas.count)
    for (place, replica) in replicas.enumerated() { places[replica] = place }
    order.reserveCapacity(tree.nodes.count)
    numbers = ContiguousArray(repeating: 0, count: tree.nodes.count)
    numbers[1] = 1
    for replica in replicas {
      for node in tree.history.replicas[replica].creations.nodes {
        numbers[Int(node)] = UInt32(order.count)
        order.append(node)
      }
    }
  }

  mutating func encode() -> [UInt8] {
    output = ByteWriter(capacity: tree.names.count + tree.heads.heap.count + 16 * order.count)
    output.writeUInt8(Self.version)
    output.writeCount(replicas.count)
    for replica in replicas { output.writeBytes32(tree.history.replicas[replica].key) }
    writeBatches()
    writeKnowledge()
    writeObjects()
    writeRenames()
    writeMoves()
    writeTotals()
    writeContents()
    writeAttributes()
    writeSettings()
    return output.bytes
  }

  // MARK: - History

  private mutating func writeBatches() {
    var operations = RunColumnWriter()
    var gaps = RunColumnWriter()
    var times = ByteWriter()
    var ticks = RunColumnWriter()
    for replica in replicas {
      let history = tree.history.replicas[replica]
      output.writeCount(history.sequence)
      var lamport: UInt64 = 1
      var milliseconds: Int64 = 0
      for batch in 0..<history.sequence {
        let start = history.counterStart(batch: batch)
        operations.append(Int64(history.counterEnds[batch] - start))
        gaps.append(Int64(history.lamportStarts[batch] - lamport))
        lamport = history.lamportEnd(batch: batch)
        times.writeSignedVarint(history.times[batch].milliseconds - milliseconds)
        milliseconds = history.times[batch].milliseconds
        ticks.append(Int64(history.times[batch].counter))
      }
    }
    output.writeLengthPrefixed(operations.finish())
    output.writeLengthPrefixed(gaps.finish())
    output.writeLengthPrefixed(times.bytes)
    output.writeLengthPrefixed(ticks.finish())
  }

  private mutating func writeKnowledge() {
    for replica in replicas {
      let knowledge = tree.history.replicas[replica].knowledge
      let known = replicas.filter { $0 < knowledge.count && !knowledge[$0].batches.isEmpty }
      output.writeCount(known.count)
      for other in known {
        output.writeCount(places[other])
        output.writeCount(knowledge[other].batches.count)
        var batch: UInt32 = 0
        var value: UInt32 = 0
        for step in knowledge[other].batches.indices {
          output.writeVarint(UInt64(knowledge[other].batches[step] - batch))
          output.writeVarint(UInt64(knowledge[other].values[step] - value))
          batch = knowledge[other].batches[step]
          value = knowledge[other].values[step]
        }
      }
    }
  }

  // MARK: - Objects

  private mutating func writeObjects() {
    var counters = RunColumnWriter()
    var kinds = RunColumnWriter()
    var parents = RunColumnWriter()
    var sizes = ByteWriter()
    var parent: Int64 = 0
    var nameBytes = 0
    for replica in replicas {
      let creations = tree.history.replicas[replica].creations
      output.writeCount(creations.count)
      var counter: Int64 = -1
      for position in 0..<creations.count {
        let node = Int(creations.nodes[position])
        counters.append(Int64(creations.counters[position]) - counter)
        counter = Int64(creations.counters[position])
        kinds.append(Int64(tree.nodes.kinds[node].rawValue))
        let number = Int64(numbers[Int(tree.nodes.birthParents[node])])
        parents.append(number - parent)
        parent = number
        let size = tree.nodes.names[node].count
        sizes.writeUInt8(UInt8(size))
        nameBytes += size
      }
    }
    output.writeLengthPrefixed(sizes.bytes)
    output.writeLengthPrefixed(counters.finish())
    output.writeLengthPrefixed(kinds.finish())
    output.writeLengthPrefixed(parents.finish())
    output.writeCount(nameBytes)
    for node in order.dropFirst(2) { output.writeBytes(tree.names[tree.nodes.names[Int(node)]]) }
  }

  private mutating func writeRenames() {
    let renamed = order.filter { tree.nodes.nameStamps[Int($0)] != .none }
    output.writeCount(renamed.count)
    var last: UInt32 = 0
    for node in renamed {
      output.writeVarint(UInt64(numbers[Int(node)] - last))
      last = numbers[Int(node)]
      let stamp = tree.nodes.nameStamps[Int(node)]
      output.writeCount(places[stamp.replica])
      output.writeVarint(stamp.lamport)
    }
  }

  private mutating func writeMoves() {
    var lamports = ByteWriter()
    var authors = RunColumnWriter()
    var objects = ByteWriter()
    var targets = ByteWriter()
    var lamport: UInt64 = 0
    var object: Int64 = 0
    var target: Int64 = 0
    for entry in 0..<tree.log.count {
      let stamp = tree.log.entries[entry].stamp
      lamports.writeVarint(stamp.lamport - lamport)
      lamport = stamp.lamport
      authors.append(Int64(places[stamp.replica]))
      let objectNumber = Int64(numbers[Int(tree.log.entries[entry].object)])
      objects.writeSignedVarint(objectNumber - object)
      object = objectNumber
      let targetNumber = Int64(numbers[Int(tree.log.entries[entry].target)])
      targets.writeSignedVarint(targetNumber - target)
      target = targetNumber
    }
    output.writeCount(tree.log.count)
    output.writeLengthPrefixed(lamports.bytes)
    output.writeLengthPrefixed(authors.finish())
    output.writeLengthPrefixed(objects.bytes)
    output.writeLengthPrefixed(targets.bytes)
  }

  // MARK: - Registers

  /// How many heads there are in all and how long their values are, so that a reader can make
  /// room once.
  private mutating func writeTotals() {
    var count = 0
    var bytes = 0
    func add(_ first: UInt32) {
      var head = first
      while head != .none {
        count += 1
        let value = tree.heads.values[Int(head)]
        if value != .absent { bytes += value.count }
        head = tree.heads.next[Int(head)]
      }
    }
    for head in tree.nodes.contents { add(head) }
    for column in tree.attributes.columns { column.visitRegisters { add($1) } }
    for head in tree.settings.values { add(head) }
    output.writeCount(count)
    output.writeCount(bytes)
  }

  private mutating func writeContents() {
    let written = order.filter { tree.nodes.contents[Int($0)] != .none }
    writeRegisters(written.map { ($0, tree.nodes.contents[Int($0)]) })
  }

  private mutating func writeAttributes() {
    var columns: [(attribute: AttributeKey, registers: [(node: Node, head: UInt32)])] = []
    for column in tree.attributes.columns.sorted(by: { $0.attribute < $1.attribute }) {
      var registers: [(node: Node, head: UInt32)] = []
      column.visitRegisters { registers.append(($0, $1)) }
      // Mostly the order of the tree is the order of the bytes.
      if !ContiguousArray(registers).isSorted({ UInt64(numbers[Int($0.node)]) }) {
        registers.sort { numbers[Int($0.node)] < numbers[Int($1.node)] }
      }
      if !registers.isEmpty { columns.append((column.attribute, registers)) }
    }
    output.writeCount(columns.count)
    for (attribute, registers) in columns {
      output.writeUInt8(attribute.rawValue)
      writeRegisters(registers)
    }
  }

  /// The registers of objects, in their order.
  private mutating func writeRegisters(_ registers: [(node: Node, head: UInt32)]) {
    var objects = RunColumnWriter()
    var columns = HeadColumns()
    var last: UInt32 = 0
    for (node, head) in registers {
      let number = numbers[Int(node)]
      objects.append(Int64(number - last))
      last = number
      columns.append(sorted(head), tree, places, base: tree.nodes.origins[Int(node)])
    }
    output.writeCount(registers.count)
    columns.write(to: &output, objects: objects.finish(), heap: tree.heads.heap)
  }

  private mutating func writeSettings() {
    let used = tree.settings.filter { $0.value != .none }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    var columns = HeadColumns()
    var keys = ByteWriter()
    var last: [UInt8] = []
    for (key, head) in used {
      let shared = zip(last, key).prefix { $0.0 == $0.1 }.count
      keys.writeCount(shared)
      keys.writeLengthPrefixed(key[shared...])
      last = key
      columns.append(sorted(head), tree, places, base: Dot(raw: .max))
    }
    output.writeCount(used.count)
    columns.write(to: &output, objects: keys.bytes, heap: tree.heads.heap)
  }

  /// The heads of a register by replica.
  private func sorted(_ first: UInt32) -> [UInt32] {
    if tree.heads.next[Int(first)] == .none { return [first] }
    return tree.heads.heads(first).sorted {
      tree.history.sortKey(of: tree.heads.dots[Int($0)])
        < tree.history.sortKey(of: tree.heads.dots[Int($1)])
    }
  }
}

/// The columns of a table of registers.
private struct HeadColumns {
  private var counts = RunColumnWriter()
  private var authors = RunColumnWriter()
  private var counters = RunColumnWriter()
  private var sizes = ByteWriter()
  private var values: [ByteHeap.Place] = []
  private var valueBytes = 0

  /// Appends a register; its dots are told relative to `base`, the creation of its object.
  mutating func append(_ heads: [UInt32], _ tree: Tree, _ places: [Int], base: Dot) {
    counts.append(Int64(heads.count))
    for head in heads {
      let dot = tree.heads.dots[Int(head)]
      let isNear = base.raw != .max && dot.replica == base.replica
      authors.append(isNear ? 0 : Int64(places[dot.replica]) + 1)
      counters.append(Int64(dot.counter) - (isNear ? Int64(base.counter) : 0))
      let value = tree.heads.values[Int(head)]
      sizes.writeCount(value == .absent ? 0 : value.count + 1)
      if value != .absent {
        values.append(value)
        valueBytes += value.count
      }
    }
  }

  consuming func write(to output: inout ByteWriter, objects: [UInt8], heap: ByteHeap) {
    output.writeLengthPrefixed(objects)
    output.writeLengthPrefixed(counts.finish())
    output.writeLengthPrefixed(authors.finish())
    output.writeLengthPrefixed(counters.finish())
    output.writeLengthPrefixed(sizes.bytes)
    output.writeCount(valueBytes)
    for value in values { output.writeBytes(heap[value]) }
  }
}
