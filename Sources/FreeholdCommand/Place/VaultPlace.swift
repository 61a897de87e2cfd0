import Freehold
import VaultEncoding
import VaultEnvironment

/// A folder that is bound to a vault, found from a folder in it.
///
/// The binding is the file `.freehold/vault` in the vault's folder: the vault's DID on one line;
/// and
/// on the next, where it is only a folder that somebody shared, `scope` and the scope's name.
struct VaultPlace {
  /// The vault's folder, from the root down, without links.
  let folder: [UInt8]
  /// The vault.
  let vault: DID
  /// The scope that somebody shared; nil for a vault of one's own.
  let scope: ScopeID?
  /// Where in the folder the search began: paths that are typed begin there.
  let below: [[UInt8]]

  static let markerFolder = Array(".freehold".utf8)
  static let markerName = Array("vault".utf8)
  private static let markerBytesMax = 1024
  private static let scopePrefix = "scope "

  /// Looks from a folder upward, from the current one when none is given.
  init(from start: String?, disk: any Disk) throws {
    let typed = start.map { RawArguments.bytes(of: $0) } ?? Array(".".utf8)
    guard let real = HomePlace.real(HomePlace.absolute(typed)) else {
      throw FreeholdError(
        .noSuchVault, "there is no folder \(NamePath.shown(typed))", hint: Self.hint)
    }
    let beginning = DiskPath(real)
    var candidate: DiskPath? = beginning
    while let folder = candidate {
      if let bound = try Self.binding(of: folder, disk: disk) {
        self.folder = folder.bytes
        vault = bound.vault
        scope = bound.scope
        below = beginning.bytes.dropFirst(folder.bytes.count).split(separator: UInt8(ascii: "/"))
          .map { Array($0) }
        return
      }
      candidate = folder.parent
    }
    throw FreeholdError(
      .noSuchVault, "\(beginning) is not in a vault's folder", hint: Self.hint)
  }

  private static let hint = "-C DIR names the vault's folder; freehold init DIR makes a vault"

  /// The vault that a folder itself is bound to; nil when it is bound to none.
  static func vault(of folder: DiskPath, disk: any Disk) throws -> DID? {
    try binding(of: folder, disk: disk)?.vault
  }

  private static func binding(
    of folder: DiskPath, disk: any Disk
  ) throws -> (vault: DID, scope: ScopeID?)? {
    let marker = folder.appending(markerFolder).appending(markerName)
    guard let item = try? disk.item(at: marker), item.kind == .file else { return nil }
    let bytes = try disk.read(marker, bytesMax: markerBytesMax)
    let lines = bytes.split { $0 == 0x0A || $0 == 0x0D }
      .map { String(decoding: $0, as: UTF8.self) }
    let scope = lines.dropFirst().first.flatMap { line in
      line.hasPrefix(scopePrefix) ? ScopeID(hex: String(line.dropFirst(scopePrefix.count))) : nil
    }
    guard let vault = try? DID(lines.first ?? ""), lines.count == 1 || scope != nil else {
      throw FreeholdError(
        .failed, "\(marker) does not name a vault",
        hint: "its first line is the vault's DID: did:key:z…")
    }
    return (vault, scope)
  }

  /// Whether a typed word names a folder that is bound itself: then it is DIR and not a path.
  static func isBound(_ word: String, disk: any Disk) -> Bool {
    guard let real = HomePlace.real(HomePlace.absolute(RawArguments.bytes(of: word))) else {
      return false
    }
    return ((try? vault(of: DiskPath(real), disk: disk)) ?? nil) != nil
  }

  /// Binds a folder to a vault, or to one scope of it, durably.
  static func bind(
    _ folder: DiskPath, to vault: DID, scope: ScopeID? = nil, disk: any Disk
  ) throws {
    let holder = folder.appending(markerFolder)
    let second = scope.map { "\(scopePrefix)\($0.hex)\n" } ?? ""
    try disk.makeFolder(holder)
    _ = try disk.removeLeftovers(in: holder)
    try disk.writeDurably(holder.appending(markerName), Array((vault.text + "\n" + second).utf8))
  }

  /// A typed path as a path in the vault: from the vault's folder when it begins with a slash,
  /// else from where one stands.
  ///
  /// `.` and `..` mean what they mean in a shell.
  func path(_ typed: String?) throws -> VaultPath {
    guard let typed else { return try VaultPath(NamePath.bytes(below)) }
    let slash = UInt8(ascii: "/")
    var bytes = RawArguments.bytes(of: typed)
    let isOwn =
      bytes.starts(with: folder) && (bytes.count == folder.count || bytes[folder.count] == slash)
    if isOwn { bytes = Array(bytes.dropFirst(folder.count)) }
    var names = isOwn || bytes.first == slash ? [] : below
    for part in bytes.split(separator: slash) {
      switch Array(part) {
      case [0x2E]: continue
      case [0x2E, 0x2E]:
        guard names.popLast() != nil else {
          throw FreeholdError(.usage, "\(NamePath.shown(typed)) leads out of the vault")
        }
      case let name: names.append(name)
      }
    }
    return VaultPath(names)
  }
}
