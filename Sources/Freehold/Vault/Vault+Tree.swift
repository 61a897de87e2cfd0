import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultSealing
import VaultStore
import VaultSync

extension Vault {
  private static let checkpointColumn = "checkpoint"

  /// Reads the tree: the last checkpoint and the merged entries behind it.
  func loadTree() throws -> Tree {
    try Self.loadTree(
      home: home, scope: scope, vault: did, keyring: keyring, storeKey: keys.storeKey)
  }

  static func loadTree(
    home: VaultHome, scope: ScopeID, vault: DID, keyring: Keyring, storeKey: SecretBytes
  ) throws -> Tree {
    var tree = Tree()
    if let stored = try home.database.read({ try $0.checkpoint(scope) }) {
      let plain = try LocalSeal.open(
        stored.sealed, storeKey: storeKey, column: checkpointColumn, row: scope.bytes)
      tree = try Tree(checkpoint: plain)
    }
    let opener = EntryOpener(vault: vault, keyring: keyring)
    // A batch may build on one of a feed that is read later: those that wait are given again.
    var waiting: [Batch] = []
    for feed in try home.database.read({ try $0.feeds(in: scope) }) {
      var next = tree.vector[feed.device.key] + 1
      while next <= feed.count {
        let entries = try home.database.read {
          try $0.entries(scope: scope, device: feed.device, from: next, bytesMax: 16 << 20)
        }
        guard let last = entries.last else { break }
        waiting = tree.merge(waiting + (try batches(of: entries, opener))).waiting
        next = last.sequence + 1
      }
    }
    tree.labelClashes()
    return tree
  }

  /// The batches of stored entries.
  ///
  /// Those that came and were not merged before a crash count too: entries of this device may build
  /// on them.
  private static func batches(of entries: [StoredEntry], _ opener: EntryOpener) throws -> [Batch] {
    try entries.compactMap { entry in
      switch entry.state {
      case .merged: try opener.open(entry)
      case .waiting: try? opener.open(entry)
      default: nil
      }
    }
  }

  /// Keeps the tree when it has changed, so that the next start need not merge the entries again.
  func storeCheckpointIfWorthIt() throws {
    guard isTreeDirty else { return }
    var vector = ByteWriter()
    for (replica, sequence) in tree.vector.sorted {
      vector.writeBytes32(replica)
      vector.writeVarint(sequence)
    }
    let sealed = try LocalSeal.seal(
      tree.encodeCheckpoint(), storeKey: keys.storeKey, column: Self.checkpointColumn,
      row: scope.bytes, using: &generator)
    try database.write {
      try $0.setCheckpoint(scope, vector: vector.bytes, sealed: sealed)
    }
    isTreeDirty = false
  }
}

/// Opens stored entries into batches.
struct EntryOpener {
  let vault: DID
  let keyring: Keyring

  /// Opens an entry; throws when no key fits, or when it is not what its place says.
  func open(_ stored: StoredEntry) throws -> Batch {
    let entry = try FeedEntry(decoding: stored.bytes)
    let context = EntryContext(
      vault: vault, scope: stored.scope, epoch: entry.epoch, sequence: stored.sequence,
      author: stored.device)
    let candidates = keyring.candidates(stored.scope, epoch: entry.epoch)
    guard !candidates.isEmpty else { throw EntryProblem.noKey }
    for key in candidates {
      guard let frame = try? EntrySeal.open(entry.ciphertext, key: key, context: context) else {
        continue
      }
      let bytes = try EntryFrame.decode(frame, decompressor: try Decompressor())
      let batch = try Batch(decoding: bytes)
      guard batch.replica == stored.device.key, batch.sequence == stored.sequence else {
        throw EntryProblem.misplaced
      }
      return batch
    }
    throw EntryProblem.doesNotOpen
  }
}

/// Why an entry did not become a batch.
enum EntryProblem: Error {
  /// This device has no key of its epoch yet.
  case noKey
  /// It does not open: its author broke it, or the key is another one.
  case doesNotOpen
  /// It says to be another author's, or another number.
  case misplaced
}
