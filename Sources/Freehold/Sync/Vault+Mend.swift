import VaultCRDT
import VaultEncoding
import VaultFolder
import VaultPacking
import VaultStore

extension Vault {
  /// Looks at the packs that wait here, and drops those whose files are gone or damaged.
  ///
  /// A pack of which nodes have enough shards is brought back from them. Any other is forgotten,
  /// and the files that it held are read from the folder again.
  func dropDamagedPacks(mirror: FolderMirror) throws {
    let waiting = try database.read { transaction in
      try transaction.packs(in: .sealed) + transaction.packs(in: .uploading)
        + transaction.packs(in: .degraded)
    }
    for pack in waiting where pack.isLocal {
      guard let name = pack.name, try !isWhole(name, pack) else { continue }
      try home.outbox.remove([name])
      try database.write { transaction in
        if try transaction.storedShardCount(of: pack.row) >= pack.dataShards {
          try transaction.setLocal(false, pack.row)
          try transaction.setState(.degraded, of: pack.row)
        } else {
          try transaction.removePack(pack.row)
          try transaction.setLostPacks(try transaction.lostPacks().union([name]))
        }
      }
    }
    mirror.lostPacks = try database.read { try $0.lostPacks() }
    if !mirror.lostPacks.isEmpty { try readAgain(filesIn: mirror.lostPacks, mirror: mirror) }
  }

  /// Forgets which packs were lost: their files have been read again.
  func endMending(_ mirror: FolderMirror) throws {
    guard !mirror.lostPacks.isEmpty, mirror.troubles.isEmpty else { return }
    try database.write { try $0.setLostPacks([]) }
    mirror.lostPacks = []
  }

  /// Whether the file of a waiting pack holds what its name says.
  ///
  /// A disk that cannot be read now throws: that is no proof of damage.
  private func isWhole(_ name: Bytes32, _ pack: StoredPack) throws -> Bool {
    guard try home.outbox.contains(name) else { return false }
    let bytes = try home.outbox.read(name, bytesMax: max(pack.length, 1) * 2)
    return bytes.count == pack.length && PackFormat.identifier(of: bytes) == name
  }

  /// Has the next scan take the files whose content lay in these packs for new ones, which it finds
  /// again by their names.
  private func readAgain(filesIn packs: Set<Bytes32>, mirror: FolderMirror) throws {
    var keys: [FolderKey] = []
    tree.forEachFolder { _, children in
      for child in children where child.kind == .file && tree.names(child.object, anyOf: packs) {
        keys.append(mirror.keys.key(child.object))
      }
    }
    try mirror.index.record(contentsOf: [], removing: keys)
  }
}

extension Tree {
  /// Whether a file's current content lies in one of these packs.
  func names(_ object: ObjectID, anyOf packs: Set<Bytes32>) -> Bool {
    !packs.isEmpty
      && contents(of: object).contains { head in
        (try? Manifest(decoding: head.value))?.mayName(anyOf: packs) == true
      }
  }
}

extension Manifest {
  /// Whether some of the content may lie in one of these packs.
  func mayName(anyOf packs: Set<Bytes32>) -> Bool {
    guard !packs.isEmpty else { return false }
    // The long list of a large file lies in packs itself: it may name any.
    if case .indirect = body { return true }
    return !self.packs.isDisjoint(with: packs)
  }
}

extension VaultTransaction {
  private static let lostPacksKey = "lost-packs"

  /// Packs whose only copy was damaged, until their files have been read again.
  fileprivate func lostPacks() throws -> Set<Bytes32> {
    let bytes = try meta(Self.lostPacksKey) ?? []
    return Set(
      stride(from: 0, to: bytes.count - 31, by: 32).compactMap { Bytes32(bytes[$0..<($0 + 32)]) })
  }

  fileprivate func setLostPacks(_ packs: Set<Bytes32>) throws {
    let bytes = packs.sorted().flatMap(\.bytes)
    try setMeta(Self.lostPacksKey, to: bytes.isEmpty ? nil : bytes)
  }
}
