import VaultEncoding

@testable import VaultCRDT

/// Several replicas that change and merge at random: few objects, few names, much concurrency.
struct RandomHistory {
  var generator: Seeded
  var trees: [Tree]
  var keys: [Bytes32]
  var objects: [ObjectID] = [.root]
  var batches: [Batch] = []
  private var clock: Int64 = 1_000_000

  init(seed: UInt64, replicas: Int, steps: Int) throws {
    generator = Seeded(seed)
    trees = (0..<replicas).map { _ in Tree() }
    keys = generator.shuffled(Array(1...replicas)).map { key($0) }
    for _ in 0..<steps {
      switch generator.below(10) {
      case 0..<5: try change(generator.below(replicas))
      case 5: wildChange(generator.below(replicas))
      default: merge(generator.below(replicas))
      }
    }
  }

  // MARK: - Changes through the front door

  private mutating func change(_ replica: Int) throws {
    // Clocks differ by minutes, and one is years ahead.
    clock += Int64(generator.below(1_000))
    let skew = Int64(generator.below(200_000)) - 100_000
    let wall = generator.below(40) == 0 ? clock * 1_000_000 : clock + skew
    var generator = generator
    var objects = objects
    let isAbandoned = generator.below(8) == 0
    let batch: Batch?
    do {
      batch = try trees[replica].commit(by: keys[replica], at: wall) { draft in
        for _ in 0..<(1 + generator.below(4)) {
          Self.change(&draft, &generator, &objects)
        }
        if isAbandoned { throw Abandoned() }
      }
      self.objects = objects
    } catch is Abandoned {
      batch = nil
    }
    self.generator = generator
    if let batch { batches.append(batch) }
  }

  private struct Abandoned: Error {}

  private static let names = ["a", "b", "a.txt", "b.txt", "a (conflict, 1).txt", "Ä", "A"]

  /// One change; what a draft refuses is no change.
  private static func change(
    _ draft: inout Draft, _ generator: inout Seeded, _ objects: inout [ObjectID]
  ) {
    let object = generator.pick(objects)
    let other = generator.pick(objects)
    let name = generator.pick(names).bytes
    let value = [UInt8(generator.below(4))]
    switch generator.below(16) {
    case 0..<4:
      let kind = generator.pick([ObjectKind.folder, .folder, .file, .symlink])
      if let new = try? draft.create(kind, in: object, named: name) { objects.append(new) }
    case 4..<7: try? draft.move(object, to: other)
    case 7..<10: try? draft.trash(object)
    case 10: try? draft.restore(object)
    case 11: try? draft.rename(object, to: name)
    case 12..<14: try? draft.setContent(object, to: value)
    case 14:
      let key = generator.pick([AttributeKey.mode, .linkGroup, .scope])
      try? draft.setAttribute(key, of: object, to: generator.below(3) == 0 ? nil : value)
    default:
      try? draft.setSetting([value[0] % 2], to: generator.below(3) == 0 ? nil : value)
    }
  }

  // MARK: - Changes that no draft would make, but a batch may hold

  /// Moves into the trash's depths, under hidden folders, in circles, twice.
  private mutating func wildChange(_ replica: Int) {
    let tree = trees[replica]
    let known = objects.filter { tree.contains($0) }
    var operations: [VaultCRDT.Operation] = []
    for _ in 0..<(1 + generator.below(3)) {
      let object = generator.pick(known)
      let parent = generator.pick(known.filter { tree.kind(of: $0) == .folder })
      if object == .root { continue }
      operations.append(
        generator.below(4) == 0 ? .trash(object) : .move(object, parent: parent))
    }
    if operations.isEmpty { return }
    let batch = Batch.make(operations, by: keys[replica], on: tree, time: clock)
    let outcome = trees[replica].merge([batch])
    precondition(outcome.appliedCount == 1, "\(outcome)")
    batches.append(batch)
  }

  /// Merges some batches that others made, in some order, some of them again.
  private mutating func merge(_ replica: Int) {
    guard !batches.isEmpty else { return }
    let some = (0..<(1 + generator.below(8))).map { _ in generator.pick(batches) }
    trees[replica].merge(some)
  }

  /// All batches in a random order, merged in groups of random size, the waiting ones given again.
  mutating func mergeAll(into tree: inout Tree) {
    var rest = generator.shuffled(batches) + generator.shuffled(batches)
    var waiting: [Batch] = []
    while !rest.isEmpty {
      let group = rest.prefix(1 + generator.below(12))
      rest.removeFirst(group.count)
      waiting = tree.merge(waiting + group).waiting
    }
    precondition(waiting.isEmpty)
  }
}

extension Batch {
  /// A batch of any operations on existing objects that has seen all that a tree has.
  static func make(
    _ operations: [VaultCRDT.Operation], by author: Bytes32, on tree: Tree, time: Int64 = 1
  ) -> Batch {
    let history = tree.history
    let own = history.index(of: author)
    var dependencies = VersionVector()
    for (index, replica) in history.replicas.enumerated() where replica.key != author {
      let known = own.map { history.replicas[$0].known(of: index) } ?? 0
      if replica.sequence > known { dependencies[replica.key] = UInt64(replica.sequence) }
    }
    var table = [author] + dependencies.sorted.map(\.replica)
    func reference(_ object: ObjectID) -> Reference {
      if object == .root { return .root }
      let place = table.firstIndex(of: object.replica) ?? table.count
      if place == table.count { table.append(object.replica) }
      return Reference(replica: place, counter: object.counter)
    }
    let flat = operations.map { operation in
      switch operation {
      case .move(let object, let parent):
        FlatOperation(kind: .move, object: reference(object), parent: reference(parent))
      case .trash(let object): FlatOperation(kind: .trash, object: reference(object))
      default: preconditionFailure("only moves")
      }
    }
    return Batch(
      sequence: UInt64(own.map { history.replicas[$0].sequence } ?? 0) + 1,
      dependencies: dependencies, lamport: history.lamportNext,
      firstCounter: UInt64(own.map { history.replicas[$0].counterEnd } ?? 0),
      time: HybridTime(milliseconds: time), replicas: table, flat: flat, payload: [])
  }
}
