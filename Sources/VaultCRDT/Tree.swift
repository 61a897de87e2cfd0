import VaultEncoding

/// One scope's state: a tree of folders, files and symlinks with their contents and attributes, and
/// the scope's settings.
///
/// A pure function of the set of batches that have been merged.
///
/// Two trees that have merged the same batches show the same, in whatever order and grouping the
/// batches came. docs/spec/crdt.md has every rule.
public struct Tree: Sendable {
  var history = History()
  var nodes = Nodes()
  var names = ByteHeap()
  var log = MoveLog()
  var heads = HeadPool()
  var attributes = Attributes()
  /// From a setting's key to the first head of its register.
  var settings: [[UInt8]: UInt32] = [:]
  var children = ChildIndex()
  /// Nil while it must be worked out anew.
  var knownRescue: Rescue? = Rescue.none

  /// What the second of two objects of one name is called by; see `ConflictLabel`.
  public var conflictLabel = ConflictLabel.replicaPrefix

  /// An empty tree: a root and a trash.
  public init() {}

  /// How many batches of each replica are merged.
  ///
  /// Complexity: O(replicas).
  public var vector: VersionVector {
    var vector = VersionVector()
    for replica in history.replicas { vector[replica.key] = UInt64(replica.sequence) }
    return vector
  }

  /// How many objects have ever been created, without the two constants.
  public var objectCount: Int { nodes.count - 2 }

  // MARK: - Identifiers

  func node(_ object: ObjectID) -> Node? {
    if object.replica == .zero { return object.counter < 2 ? Node(object.counter) : nil }
    guard let replica = history.index(of: object.replica),
      object.counter < CRDTLimits.operationsPerReplicaMax
    else { return nil }
    let node = history.replicas[replica].creations.node(of: UInt32(object.counter))
    return node == .none ? nil : node
  }

  func identifier(_ node: Node) -> ObjectID {
    switch node {
    case .root: return .root
    case .trash: return .trash
    default:
      let origin = nodes.origins[Int(node)]
      return ObjectID(replica: history.key(of: origin), counter: UInt64(origin.counter))
    }
  }

  // MARK: - Changes that keep the indices

  static func nameHash(_ name: some Collection<UInt8>) -> UInt32 {
    var hasher = Hasher()
    let isContiguous: Void? = name.withContiguousStorageIfAvailable {
      hasher.combine(bytes: UnsafeRawBufferPointer($0))
    }
    if isContiguous == nil { for byte in name { hasher.combine(byte) } }
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }

  /// Adds an object whose creating operation is `origin`.
  mutating func create(
    _ origin: Dot, kind: ObjectKind, parent: Node, name: ByteHeap.Place
  ) -> Node {
    let node = nodes.append(origin: origin, kind: kind, parent: parent, name: name)
    children.append(folder: parent, nameHash: Self.nameHash(names[name]))
    return node
  }

  mutating func setName(_ node: Node, _ name: ByteHeap.Place, _ stamp: Stamp) {
    nodes.names[Int(node)] = name
    nodes.nameStamps[Int(node)] = stamp
    children.rename(node, nameHash: Self.nameHash(names[name]))
  }

  /// Makes the index of children anew from the parents and names.
  mutating func indexChildren() {
    var hashes: ContiguousArray<UInt32> = [0, 0]
    hashes.reserveCapacity(nodes.count)
    for node in 2..<nodes.count { hashes.append(Self.nameHash(names[nodes.names[node]])) }
    children = ChildIndex(folders: nodes.parents, nameHashes: hashes)
  }

  /// The place of each object's creation in the total order; 0 for the constants.
  func creationKeys() -> ContiguousArray<UInt64> {
    var keys = ContiguousArray<UInt64>(repeating: 0, count: nodes.count)
    for (index, replica) in history.replicas.enumerated() {
      var batch = 0
      for position in 0..<replica.creations.count {
        let counter = replica.creations.counters[position]
        while replica.counterEnds[batch] <= counter { batch += 1 }
        let offset = UInt64(counter - replica.counterStart(batch: batch))
        let stamp = Stamp(lamport: replica.lamportStarts[batch] + offset, replica: UInt16(index))
        keys[Int(replica.creations.nodes[position])] = stamp.key(history.ranks)
      }
    }
    return keys
  }

  /// Copies names and values into new heaps where more than half is no longer used.
  mutating func compactIfWasteful() {
    if names.isWasteful {
      var fresh = ByteHeap()
      fresh.reserve(names.count - names.garbage)
      for node in 2..<nodes.count {
        nodes.names[node] = fresh.append(names.bytes, nodes.names[node].range)
      }
      names = fresh
    }
    if heads.isWasteful {
      var fresh = HeadPool()
      fresh.reserve(
        heads: heads.count - heads.garbage, bytes: heads.heap.count - heads.heap.garbage)
      for node in nodes.contents.indices {
        nodes.contents[node] = heads.copy(nodes.contents[node], into: &fresh)
      }
      let old = heads
      attributes.mapHeads { old.copy($0, into: &fresh) }
      settings = settings.mapValues { heads.copy($0, into: &fresh) }
      heads = fresh
    }
  }
}
