import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultPacking
import VaultPolicy
import VaultSealing
import VaultStore
import VaultSync

extension Vault {
  private static let checkpointColumn = "checkpoint"

  /// Reads the tree: the last checkpoint and the merged entries behind it.
  func loadTree() throws -> Tree {
    try Self.loadTree(
      home: home, scope: scope, opener: opener, storeKey: keys.storeKey)
  }

  static func loadTree(
    home: VaultHome, scope: ScopeID, opener: EntryOpener, storeKey: SecretBytes
  ) throws -> Tree {
    var tree = Tree()
    if let sealed = try home.database.read({ try $0.checkpoint(scope)?.sealed }) {
      let plain = try LocalSeal.open(
        consume sealed, storeKey: storeKey, column: checkpointColumn, row: scope.bytes)
      tree = try Tree(checkpoint: plain)
    }
    var replay = FeedReplay(
      try home.database.read { try $0.feeds(in: scope) }, after: tree.vector, upTo: nil)
    try replay.run(into: &tree) { feed, next, bytesMax in
      let entries = try home.database.read {
        try $0.entries(scope: scope, device: feed.device, from: next, bytesMax: bytesMax)
      }
      return (try batches(of: entries, opener), entries.last?.sequence)
    }
    tree.labelClashes()
    return tree
  }

  /// Reads the tree anew, after what it stands on has changed.
  func reloadTree() throws {
    tree = try loadTree()
    isTreeDirty = true
    try letUnmergedWait()
  }

  /// Lets entries wait that were merged before the tree was built anew and are not in it now: what
  /// they build on is gone, and may come again.
  func letUnmergedWait() throws {
    let vector = tree.vector
    try database.write { transaction in
      for feed in try transaction.feeds(in: scope) where vector[feed.device.key] < feed.count {
        try transaction.changeState(
          from: [.merged], to: .waiting, scope: scope, device: feed.device,
          sequences: vector[feed.device.key] + 1...feed.count)
      }
    }
  }

  /// Merges stored entries up to a cut into a tree; whether all of them could be merged.
  func replay(into past: inout Tree, upTo cut: VersionVector) throws -> Bool {
    let opener = self.opener
    var replay = FeedReplay(
      try database.read { try $0.feeds(in: scope) }, after: past.vector, upTo: cut)
    try replay.run(into: &past) { feed, next, bytesMax in
      let entries = try database.read {
        try $0.entries(scope: scope, device: feed.device, from: next, bytesMax: bytesMax)
      }.filter { $0.sequence <= cut[feed.device.key] }
      return (try Self.batches(of: entries, opener), entries.last?.sequence)
    }
    return past.vector.includes(cut)
  }

  /// The batches of stored entries.
  ///
  /// Those that came and were not merged before a crash count too: entries of this device may build
  /// on them.
  private static func batches(of entries: [StoredEntry], _ opener: EntryOpener) throws -> [Batch] {
    try entries.compactMap { entry in
      switch entry.state {
      case .merged: try opener.open(entry)
      case .waiting: opener.counts(entry) ? try? opener.open(entry) : nil
      default: nil
      }
    }
  }

  /// Keeps the tree when it has changed, so that the next start need not merge the entries again.
  func storeCheckpointIfWorthIt() throws {
    guard isTreeDirty else { return }
    let sealed = try seal(tree.encodeCheckpoint())
    let vector = Self.bytes(of: tree.vector)
    try database.write { try $0.setCheckpoint(scope, vector: vector, sealed: sealed) }
    isTreeDirty = false
  }

  /// Seals a state for this device's own store.
  func seal(_ state: consuming [UInt8]) throws -> [UInt8] {
    try LocalSeal.seal(
      state, storeKey: keys.storeKey, column: Self.checkpointColumn, row: scope.bytes,
      using: &generator)
  }

  /// A vector as it is kept beside a checkpoint.
  static func bytes(of vector: VersionVector) -> [UInt8] {
    var writer = ByteWriter()
    for (replica, sequence) in vector.sorted {
      writer.writeBytes32(replica)
      writer.writeVarint(sequence)
    }
    return writer.bytes
  }
}

/// Opens stored entries into batches.
struct EntryOpener {
  let vault: DID
  let keyring: Keyring
  /// Whose word about settings and mounts counts (docs/spec/sharing.md section 2).
  let managers: Set<Bytes32>
  private let state: PolicyState

  init(_ state: PolicyState, keyring: Keyring) {
    vault = state.vault
    self.keyring = keyring
    self.state = state
    managers = Set(state.grants.filter { $0.rank != nil }.map(\.principal.key)).union([vault.key])
  }

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
      return managers.contains(batch.replica) ? batch : batch.neutralising(isForManagers(batch))
    }
    throw EntryProblem.doesNotOpen
  }

  /// Whether an entry that was not merged yet counts whatever is in it: its author may write
  /// everything.
  ///
  /// The others are judged first (`Vault.merge(_:among:)`).
  func counts(_ entry: StoredEntry) -> Bool {
    state.mayWriteEverything(entry.device, in: entry.scope, entry: entry.sequence)
  }

  /// What a guest's operations must not change: whom to trust, and where other scopes are.
  private func isForManagers(_ batch: Batch) -> (Operation) -> Bool {
    let own = DeviceSetting.key(batch.replica)
    return { operation in
      switch operation {
      case .setSetting(let key, _): !key.starts(with: PackRecord.prefix) && key != own
      case .setAttribute(_, let attribute, _): attribute == .scope || attribute == .origin
      default: false
      }
    }
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
