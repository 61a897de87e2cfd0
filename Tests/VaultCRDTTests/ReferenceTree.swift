import VaultCRDT
import VaultEncoding

/// The slow, obvious tree, written from the paper (Kleppmann and others 2022, figure 4) and from
/// docs/spec/crdt.md.
///
/// Every operation is kept as it is, every late move undoes and redoes all later ones, and every
/// question is answered from all operations.
struct ReferenceTree {
  /// One operation with all that is known of it.
  struct Write {
    var id: ObjectID
    var lamport: UInt64
    var time: HybridTime
    /// What its author had seen before.
    var past: VersionVector
    /// The batch it is in.
    var sequence: UInt64

    /// Whether this operation was written with another one in view.
    func hasSeen(_ other: Write) -> Bool {
      id.replica == other.id.replica
        ? other.id.counter < id.counter : other.sequence <= past[other.id.replica]
    }

    func precedes(_ other: Write) -> Bool {
      (lamport, id.replica) < (other.lamport, other.id.replica)
    }
  }

  /// An entry of the log: a move, or a creation, which is a move of an object that is new.
  struct Entry {
    var write: Write
    var object: ObjectID
    var parent: ObjectID
    var old: ObjectID?
    var tookEffect = false
  }

  var log: [Entry] = []
  var parents: [ObjectID: ObjectID] = [:]
  var kinds: [ObjectID: ObjectKind] = [.root: .folder, .trash: .folder]
  var names: [ObjectID: [(write: Write, name: [UInt8])]] = [:]
  var contents: [ObjectID: [(write: Write, value: [UInt8])]] = [:]
  var attributes: [ObjectID: [AttributeKey: [(write: Write, value: [UInt8]?)]]] = [:]
  var settings: [[UInt8]: [(write: Write, value: [UInt8]?)]] = [:]
  private var vectors: [Bytes32: VersionVector] = [:]

  /// Applies a batch whose dependencies are there; otherwise does nothing and says so.
  mutating func apply(_ batch: Batch) -> Bool {
    var past = vectors[batch.replica] ?? VersionVector()
    if batch.sequence <= past[batch.replica] { return true }
    guard batch.sequence == past[batch.replica] + 1,
      batch.dependencies.sorted.allSatisfy({
        (vectors[$0.replica] ?? VersionVector())[$0.replica] >= $0.sequence
      })
    else { return false }
    past.formUnion(batch.dependencies)
    for (index, operation) in batch.operations.enumerated() {
      let write = Write(
        id: ObjectID(replica: batch.replica, counter: batch.firstCounter + UInt64(index)),
        lamport: batch.lamport + UInt64(index), time: batch.time, past: past,
        sequence: batch.sequence)
      apply(operation, write)
    }
    past[batch.replica] = batch.sequence
    vectors[batch.replica] = past
    return true
  }

  private mutating func apply(_ operation: VaultCRDT.Operation, _ write: Write) {
    switch operation {
    case .create(let object, let kind, let parent, let name):
      kinds[object] = kind
      names[object] = [(write, name)]
      insert(Entry(write: write, object: object, parent: parent))
    case .move(let object, let parent):
      insert(Entry(write: write, object: object, parent: parent))
    case .trash(let object):
      insert(Entry(write: write, object: object, parent: .trash))
    case .rename(let object, let name):
      names[object, default: []].append((write, name))
    case .setContent(let object, let value):
      contents[object, default: []].append((write, value))
    case .setAttribute(let object, let key, let value):
      attributes[object, default: [:]][key, default: []].append((write, value))
    case .setSetting(let key, let value):
      settings[key, default: []].append((write, value))
    }
  }

  // MARK: - The paper

  /// Undo everything later, do this, redo the rest.
  private mutating func insert(_ entry: Entry) {
    var later: [Entry] = []
    while let last = log.last, entry.write.precedes(last.write) {
      later.append(log.removeLast())
      undo(last)
    }
    log.append(done(entry))
    for entry in later.reversed() { log.append(done(entry)) }
  }

  private mutating func undo(_ entry: Entry) {
    if entry.tookEffect { parents[entry.object] = entry.old }
  }

  private mutating func done(_ entry: Entry) -> Entry {
    var entry = entry
    entry.old = parents[entry.object]
    entry.tookEffect = entry.object != entry.parent && !isAncestor(entry.object, of: entry.parent)
    if entry.tookEffect { parents[entry.object] = entry.parent }
    return entry
  }

  /// The parent of an object that is neither root nor trash.
  func parent(_ object: ObjectID) -> ObjectID { parents[object] ?? .root }

  func isAncestor(_ ancestor: ObjectID, of object: ObjectID) -> Bool {
    var step = parents[object]
    while let parent = step {
      if parent == ancestor { return true }
      step = parents[parent]
    }
    return false
  }

  // MARK: - Registers

  /// The values that no other write has seen, the one that counts first.
  static func heads<Value>(_ writes: [(write: Write, value: Value)]) -> [(Write, Value)] {
    writes
      .filter { old in !writes.contains { $0.write.hasSeen(old.write) } }
      .sorted {
        ($0.write.time, $0.write.id.replica) > ($1.write.time, $1.write.id.replica)
      }
      .map { ($0.write, $0.value) }
  }

  func wantedName(_ object: ObjectID) -> [UInt8] { naming(object).name }

  func naming(_ object: ObjectID) -> (write: Write, name: [UInt8]) {
    guard let last = names[object]?.max(by: { $0.write.precedes($1.write) }) else {
      preconditionFailure("\(object) has no name")
    }
    return last
  }
}
