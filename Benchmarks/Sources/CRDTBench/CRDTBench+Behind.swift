import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultSealing
import VaultSync

extension CRDTBench {
  /// What a device that is ten operations behind is sent, however long the history is: the entry of
  /// a batch of ten moves, sealed, chained and signed as a feed holds it.
  ///
  /// Short batches are not compressed, so the batch itself is what is sealed. What a whole sync
  /// costs besides is in `SyncCostTests`, on real messages.
  static func behind(objects: Int, moves: Int) throws {
    var tree = Tree()
    var generator = SplitMix(seed: 1)
    var folders: [ObjectID] = []
    _ = try tree.commit(by: key(1), at: 1) { draft in
      for index in 0..<objects {
        folders.append(try draft.create(.folder, in: .root, named: Array("d\(index)".utf8)))
      }
    }
    var plan = plan(tree, folders, moves + 10, 2)[...]
    var batches = 1
    while plan.count > 10 {
      let part = plan.prefix(min(1_000, plan.count - 10))
      plan = plan.dropFirst(part.count)
      batches += try apply(Array(part), to: &tree, by: key(1)).count
    }
    guard let last = try apply(Array(plan), to: &tree, by: key(1)).first else { return }
    let entry = try sealed(last.encode(), number: batches + 1, using: &generator)
    print("ten moves after \(moves) of \(objects) folders:", terminator: " ")
    print("\(last.encode().count) bytes, \(entry.count) as a sealed and signed entry")
  }

  private static func sealed(
    _ batch: [UInt8], number: Int, using generator: inout SplitMix
  ) throws -> [UInt8] {
    let device = SigningKey.generate(using: &generator)
    let scope = ScopeID.generate(using: &generator)
    let epoch = EpochKey.generate(scope: scope, number: 3, using: &generator)
    let context = EntryContext(
      vault: device.did, scope: scope, epoch: 3, sequence: UInt64(number), author: device.did)
    let entry = FeedEntry(
      sequence: number, epoch: 3, dependencies: [device.did: number],
      ciphertext: try EntrySeal.seal(batch, key: epoch, context: context, using: &generator))
    let feed = FeedKey(scope: scope, device: device.did)
    let before = FeedPosition(
      count: number - 1, chain: FeedPosition.start(of: feed, vault: device.did).chain)
    return entry.signed(at: before.advanced(by: entry), by: device).bytes
  }
}
