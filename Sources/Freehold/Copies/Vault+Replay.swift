import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSealing
import VaultStore
import VaultSync

/// What only this home has of a feed whose name it gives up.
struct UnsharedEntries {
  let device: DID
  /// So many entries, and the chain behind them, stay.
  let shared: Int
  let chain: Bytes32
  let entries: [StoredEntry]
}

// Entries that only this home has, under a name that another home has too: they leave the feed, and
// are kept beside it, sealed, until they are written once more.

extension Vault {
  private static let replayKey = "replay"
  private static let replayColumn = "replay"

  /// What is here of a feed behind the entries that nodes have too.
  ///
  /// Throws when the tree could not be built without it.
  func unsharedEntries(of device: DID, behind shared: Int) throws -> UnsharedEntries {
    let feed = FeedKey(scope: scope, device: device)
    let (entries, feeds, chain) = try database.read {
      (
        try $0.entries(scope: scope, device: device, from: UInt64(shared) + 1, bytesMax: .max),
        try $0.feeds(in: scope),
        try $0.chain(scope: scope, device: device, at: UInt64(shared))
      )
    }
    guard entries.isEmpty || feeds.allSatisfy({ $0.first == 1 }) else {
      throw FreeholdError(
        .tampered, "this home and another one were the same device for too long",
        hint: "freehold join into a new home, with the folder as it is: --home DIR")
    }
    return UnsharedEntries(
      device: device, shared: shared,
      chain: chain ?? VaultSync.FeedPosition.start(of: feed, vault: did).chain, entries: entries)
  }

  /// The batches of entries as they are kept until they are written again, behind those that are
  /// kept already; nil for none.
  func sealForReplay(_ parts: [UnsharedEntries]) throws -> [UInt8]? {
    let opener = self.opener
    let batches = try parts.flatMap(\.entries).map { try opener.open($0).encode() }
    guard !batches.isEmpty else { return nil }
    let all = try (keptForReplay() ?? []) + batches
    return try LocalSeal.seal(
      DAGCBOR.encode(.array(all.map { .bytes($0) })), storeKey: keys.storeKey,
      column: Self.replayColumn, row: did.key.bytes, using: &generator)
  }

  /// The encoded batches that are still to be written again; nil when there are none.
  private func keptForReplay() throws -> [[UInt8]]? {
    guard let sealed = try database.read({ try $0.meta(Self.replayKey) }) else { return nil }
    let plain = try LocalSeal.open(
      sealed, storeKey: keys.storeKey, column: Self.replayColumn, row: did.key.bytes)
    return try (DAGCBOR.decode(plain).asArray ?? []).compactMap(\.asBytes)
  }

  /// Takes entries out of their feeds and keeps what is to be written again.
  ///
  /// The tree in memory still has them.
  func takeOut(
    _ parts: [UnsharedEntries], _ replay: [UInt8]?, _ transaction: VaultTransaction
  ) throws {
    for part in parts {
      try transaction.removeHead(of: part.device)
      guard !part.entries.isEmpty else { continue }
      try transaction.truncateFeed(
        scope: scope, device: part.device, to: UInt64(part.shared), chain: part.chain)
    }
    guard let replay else { return }
    try transaction.removeCheckpoint(scope)
    try transaction.setMeta(Self.replayKey, to: replay)
  }

  /// Writes what was taken out, and what no node has, as this device's own.
  func replay() throws {
    guard let batches = try keptForReplay()?.map({ try Batch(decoding: $0) }) else { return }
    var again = Replay()
    // In one step with the note: what is made has new names, so a second time would make it twice.
    try commit(
      each: batches,
      { batch, draft in
        for operation in batch.operations { again.apply(operation, to: &draft) }
      }, noting: { try $0.setMeta(Self.replayKey, to: nil) })
  }
}
