import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultSealing
import VaultStore
import VaultSync

extension Vault {
  /// Makes one batch of changes, seals it and appends it to this device's feed, durably.
  ///
  /// Returns whether anything changed. When the store refuses, the tree is read anew, so that
  /// memory never runs ahead of the disk.
  @discardableResult
  func commit(_ body: (inout Draft) throws -> Void) throws -> Bool {
    if let renewed { throw renewed }
    guard let batch = try makeBatch(body) else { return false }
    try append([batch]) { _ in }
    return true
  }

  /// One batch of changes in the tree, all of it within what this device may write.
  private func makeBatch(_ body: (inout Draft) throws -> Void) throws -> Batch? {
    let now = environment.clock.now().milliseconds
    guard let limits = ownLimits else { return try tree.commit(by: device.key, at: now, body) }
    let before = tree
    guard let batch = try tree.commit(by: device.key, at: now, body) else { return nil }
    do {
      try requireWithin(limits, batch, before: before)
    } catch {
      tree = before
      throw error
    }
    return batch
  }

  /// Makes a batch of each part, and appends all of them in one step on the disk with what is noted
  /// beside: after a crash all of it is there, or nothing.
  func commit<Part>(
    each parts: [Part], _ body: (Part, inout Draft) throws -> Void,
    noting note: (VaultTransaction) throws -> Void
  ) throws {
    if let renewed { throw renewed }
    var batches: [Batch] = []
    do {
      for part in parts {
        if let batch = try makeBatch({ try body(part, &$0) }) { batches.append(batch) }
      }
    } catch {
      tree = try loadTree()
      throw error
    }
    try append(batches, noting: note)
  }

  /// Seals batches that the tree has already and appends them, with what is noted beside, in one
  /// step.
  func append(
    _ batches: [Batch], noting note: (VaultTransaction) throws -> Void
  ) throws {
    do {
      let entries = try seal(batches)
      try database.write { transaction in
        try transaction.append(entries)
        try note(transaction)
      }
    } catch {
      tree = try loadTree()
      throw error
    }
    if !batches.isEmpty { isTreeDirty = true }
  }

  /// The entries of batches, each behind the one before it.
  private func seal(_ batches: [Batch]) throws -> [StoredEntry] {
    guard let key = keyring.writingKey(scope) else {
      throw FreeholdError(.refused, "this device has no key to write with")
    }
    let feed = FeedKey(scope: scope, device: device)
    var position = try database.read { try $0.position(of: feed, vault: did) }
    let compressor = try Compressor()
    return try batches.map { batch in
      let sequence = position.count + 1
      guard batch.sequence == UInt64(sequence) else {
        throw FreeholdError(
          .tampered,
          "the local feed has \(position.count) entries, the tree knows \(batch.sequence - 1)")
      }
      let context = EntryContext(
        vault: did, scope: scope, epoch: key.number, sequence: UInt64(sequence), author: device)
      let frame = EntryFrame.encode(batch.encode(), compressor: compressor)
      let ciphertext = try EntrySeal.seal(frame, key: key, context: context, using: &generator)
      let entry = FeedEntry(
        sequence: sequence, epoch: key.number, dependencies: Self.names(batch.dependencies),
        ciphertext: ciphertext)
      position = position.advanced(by: entry)
      let signed = entry.signed(at: position, by: keys.signing)
      return StoredEntry(
        scope: scope, device: device, sequence: UInt64(sequence), bytes: signed.bytes,
        chain: position.chain, state: .merged)
    }
  }

  private static func names(_ vector: VersionVector) -> [DID: Int] {
    var names: [DID: Int] = [:]
    for (replica, sequence) in vector.sorted { names[DID(key: replica)] = Int(sequence) }
    return names
  }
}

extension VaultTransaction {
  /// How far a feed goes here.
  func position(of feed: FeedKey, vault: DID) throws -> FeedPosition {
    guard let stored = try self.feed(scope: feed.scope, device: feed.device) else {
      return .start(of: feed, vault: vault)
    }
    return FeedPosition(count: Int(clamping: stored.count), chain: stored.chain)
  }
}
