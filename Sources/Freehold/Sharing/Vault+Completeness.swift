import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultStore

// Whether a part has what its folder showed when it became a scope.
//
// The device that shares a folder brings the tree around, which says so, before it brings the
// scope. Until that has come, what lies in the folder is neither new nor changed: it stays as it
// is. When nothing more comes, because that device is gone, another one that knows what the folder
// showed puts it there in its place.

extension Vault {
  /// Whether this part has heard of its scope at all.
  var hasHeard: Bool {
    facts.firstNodes.isEmpty
      || ((try? database.read { try $0.feeds(in: scope) }) ?? []).contains { $0.count > 0 }
  }

  /// Whether this part has heard all that its folder showed when it became a scope, so that what it
  /// lacks is lacking.
  ///
  /// Of several devices that gave it that one is enough. A scope whose makers said nothing of it
  /// begins with its nodes.
  var isComplete: Bool {
    guard !facts.firstNodes.isEmpty else { return true }
    let births = tree.settings(prefix: BirthSetting.prefix)
    guard births.isEmpty else { return births.contains { $0.value == BirthSetting.done } }
    return !tree.settings(prefix: NodeEntry.prefix).isEmpty
  }

  /// Gives a scope what its folder showed, when the device that shared it was put out before it had
  /// brought that, or brings nothing more.
  ///
  /// Two devices may do so at once, and some of it may come later: it is folded. The next sync
  /// compares the folder with it. Returns whether it was done.
  func plantInstead(of mount: Mount, in part: Vault) async throws -> Bool {
    guard isManager, await !part.isComplete, let birth = try birth(of: mount) else { return false }
    let isPutOut = policy.state.managerGrant(of: DID(key: birth.author)) == nil
    guard try await part.hasWaitedLong() || isPutOut else { return false }
    let seed = try await seed(of: mount.object, in: past(of: birth))
    try await part.plantAtBirth(seed, settings: settingsForParts())
    return true
  }

  /// Whether nothing more of the scope has come for long; notes when something comes.
  private func hasWaitedLong() throws -> Bool {
    let now = environment.clock.now().milliseconds
    let known = Hash.sha256(Self.bytes(of: tree.vector)).bytes
    if let mark = try database.read({ try $0.meta(Self.waitingKey) }), mark.count == 40,
      Array(mark[8...]) == known
    {
      let since = mark[..<8].reduce(Int64(0)) { $0 << 8 | Int64($1) }
      // A clock that went back tells nothing.
      return now < since || now - since >= Self.waitMilliseconds
    }
    var writer = ByteWriter()
    writer.writeUInt64(UInt64(clamping: now))
    writer.writeBytes(known)
    try database.write { try $0.setMeta(Self.waitingKey, to: writer.bytes) }
    return false
  }

  private static let waitingKey = "waiting-since"
  private static let waitMilliseconds: Int64 = 600_000
}

extension Problem {
  /// Said of a scope that this device waits for.
  public static let nothingHasCome = Problem(
    .warning, .partial, "a shared folder has not come as a whole yet: what is in it here stays",
    hint: "the device that shared it brings it with its next sync; if that is lost, revoke it")
}
