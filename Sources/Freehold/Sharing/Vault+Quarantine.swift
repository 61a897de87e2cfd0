import VaultCRDT
import VaultCrypto
public import VaultEncoding
import VaultPolicy
import VaultStore
import VaultSync

/// What somebody wrote without the right to, or after losing it: kept as it came, and no part of
/// the vault.
public struct QuarantinedEntry: Hashable, Sendable {
  /// Its name: the end of the device's DID, and its number in the feed.
  public var name: String
  /// Who wrote it.
  public var author: String
  /// When, by the author's clock; nil when it does not open.
  public var time: Timestamp?
  /// What it is about, as paths of the vault; what the author deleted or renamed included.
  public var paths: [VaultPath]
  let scope: ScopeID
  let device: DID
  let sequence: UInt64
}

extension Vault {
  private static let adoptedPrefix = Array("adopted/".utf8)

  /// What is in quarantine, in this scope and in those inside it, without what was adopted.
  public func quarantine() async throws -> [QuarantinedEntry] {
    var found = try ownQuarantine()
    for (mount, part) in try await openParts() {
      found += try await part.quarantine().map { entry in
        var entry = entry
        entry.paths = entry.paths.map { VaultPath(mount.path + $0.names) }
        // The scope around knows people by the names that the owner gave them.
        entry.author = personName(entry.device)
        return entry
      }
    }
    return found
  }

  /// Takes in what is in quarantine up to an entry, as this device's own: everything of that author
  /// before it too, since it builds on that.
  ///
  /// Throws `refused` when this device is no manager.
  public func adopt(_ entry: QuarantinedEntry) async throws {
    try requireManager("take in what is in quarantine")
    guard entry.scope == scope else {
      for (_, part) in try await openParts() where try await part.holds(entry) {
        return try await part.adopt(entry)
      }
      throw FreeholdError(.noSuchVault, "there is no \(entry.name) in quarantine")
    }
    let batches = try quarantined().filter {
      $0.entry.device == entry.device && $0.entry.sequence <= entry.sequence
    }.map(\.batch)
    guard batches.contains(where: { $0.sequence == entry.sequence }) else {
      throw FreeholdError(.noSuchVault, "there is no \(entry.name) in quarantine")
    }
    var again = Replay()
    try commit { draft in
      for batch in batches {
        for operation in batch.operations { again.apply(operation, to: &draft) }
      }
      var writer = ByteWriter()
      writer.writeVarint(entry.sequence)
      try draft.setSetting(Self.adoptedPrefix + entry.device.key.bytes, to: writer.bytes)
    }
    // The folder shows it with the next sync.
    try database.write { try FolderMirror.forgetApplied($0) }
  }

  /// Whether an entry is in the quarantine of this scope or of one inside it.
  private func holds(_ entry: QuarantinedEntry) async throws -> Bool {
    try await quarantine().contains { $0.scope == entry.scope && $0.name == entry.name }
  }

  private func ownQuarantine() throws -> [QuarantinedEntry] {
    var scratch = tree
    return try quarantined().map { entry, batch in
      let before = scratch
      _ = scratch.merge([batch])
      var paths: [[[UInt8]]] = []
      for operation in batch.operations {
        guard let object = operation.object else { continue }
        let path = scratch.path(of: object) ?? before.path(of: object)
        if let path, !paths.contains(path) { paths.append(path) }
      }
      return QuarantinedEntry(
        name: "\(entry.device.text.suffix(8))-\(entry.sequence)",
        author: personName(entry.device),
        time: Timestamp(milliseconds: batch.time.milliseconds), paths: paths.map { VaultPath($0) },
        scope: scope, device: entry.device, sequence: entry.sequence)
    }
  }

  /// The quarantined entries that open, by device and number, without what was adopted.
  private func quarantined() throws -> [(entry: StoredEntry, batch: Batch)] {
    let opener = self.opener
    return try database.read { try $0.entries(in: .quarantined) }
      .filter { $0.scope == scope && $0.sequence > adoptedCount(of: $0.device) }
      .sorted { ($0.device, $0.sequence) < ($1.device, $1.sequence) }
      .compactMap { entry in (try? opener.open(entry)).map { (entry, $0) } }
  }

  private func adoptedCount(of device: DID) -> UInt64 {
    guard let value = tree.setting(Self.adoptedPrefix + device.key.bytes) else { return 0 }
    var reader = ByteReader(value)
    return (try? reader.readVarint()) ?? 0
  }
}
