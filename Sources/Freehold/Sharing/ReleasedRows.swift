import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultSealing
import VaultStore

// What a folder index knew about the inside of a folder that became a scope.
//
// The part that looks after the folder from now on has other objects for the same files. Each of
// them carries a token of what it was, which the owner's devices can make and nobody else: so a
// device that heard late still knows which file is which, reads none of them again, and takes none
// that was deleted meanwhile for a new one.
//
// The rows leave one index before the other is begun, so they lie in a file of their own between
// the two: without them a file that the user has deleted meanwhile would come back.

/// Rows of an index on their way to the index of a part: an index with tokens in place of objects.
struct ReleasedRows {
  private static let column = "released-rows"
  private static let prefix = Array("released-".utf8)
  /// As for a whole index.
  private static let bytesMax = 4 << 30

  private var index = FolderIndex(rootKey: ObjectKeys.root)

  var isEmpty: Bool { index.count == 0 }

  init() {}

  /// Reads what was kept for a scope; nothing when there is none, or when it is damaged.
  init(for scope: ScopeID, in home: VaultHome, storeKey: SecretBytes, disk: any Disk) throws {
    let path = Self.path(scope, home)
    guard try disk.exists(path) else { return }
    let sealed = try disk.read(path, bytesMax: Self.bytesMax)
    let plain = try? LocalSeal.open(
      consume sealed, storeKey: storeKey, column: Self.column, row: scope.bytes)
    if let plain, let found = try? FolderIndex(decoding: plain) { index = found }
  }

  /// Keeps the rows until the scope has an index.
  func store(
    for scope: ScopeID, in home: VaultHome, storeKey: SecretBytes, disk: any Disk,
    using generator: inout RandomnessGenerator
  ) throws {
    let sealed = try LocalSeal.seal(
      index.encoded(), storeKey: storeKey, column: Self.column, row: scope.bytes, using: &generator)
    try disk.writeDurably(Self.path(scope, home), sealed)
  }

  /// Removes what was kept for a scope.
  static func remove(for scope: ScopeID, in home: VaultHome, disk: any Disk) throws {
    let path = path(scope, home)
    if try disk.exists(path) { try disk.remove(path) }
  }

  /// Removes everything that was kept: it is of another folder.
  static func removeAll(in home: VaultHome, disk: any Disk) throws {
    let names = try disk.list(home.path).map(\.name).filter { $0.starts(with: prefix) }
    try disk.remove(names.map { home.path.appending($0) })
  }

  private static func path(_ scope: ScopeID, _ home: VaultHome) -> DiskPath {
    home.path.appending(prefix + Array(scope.hex.utf8))
  }

  /// What an index says of one object.
  struct Row {
    var object: ObjectID
    var parent: ObjectID
    var name: FileName
    var stat: FileStat
    var tag: [UInt8]
    var isSettled: Bool
  }

  /// Takes in what an index says of the inside of a folder, in any order.
  mutating func add(_ rows: [Row], inside folder: ObjectID, _ tokens: OriginTokens) {
    let all = rows.compactMap { row -> IndexedObject? in
      guard let key = FolderKey(token: tokens.token(row.object, tag: row.tag)) else { return nil }
      // What is a folder has no tag.
      let around =
        row.parent == folder
        ? ObjectKeys.root : FolderKey(token: tokens.token(row.parent, tag: []))
      return around.map {
        IndexedObject(
          key: key, parent: $0, name: row.name, stat: row.stat, contentTag: row.tag,
          isSettled: row.isSettled)
      }
    }
    var (rest, count) = (all, all.count + 1)
    while rest.count < count {
      count = rest.count
      rest.removeAll { add($0) }
    }
  }

  /// Takes one in; whether there was room for it: the row of the folder around it, and no other of
  /// its name.
  ///
  /// What is left out compares as something that is not known.
  @discardableResult
  private mutating func add(_ row: IndexedObject) -> Bool { (try? index.record(row)) != nil }

  /// Takes others in.
  mutating func add(contentsOf other: ReleasedRows) {
    for row in other.rows { add(row) }
  }

  /// All rows, folders before what is in them.
  var rows: [IndexedObject] {
    var pending = [index.rootKey]
    var found: [IndexedObject] = []
    while let folder = pending.popLast() {
      let inside = index.children(of: folder)
      found += inside
      pending += inside.map(\.key)
    }
    return found
  }
}

/// Makes tokens of what something was in a scope.
struct OriginTokens {
  static let byteCount = 16
  private let key: SecretBytes

  /// Nil when this device has no key of the scope.
  init?(_ keyring: Keyring, _ scope: ScopeID) {
    guard let earliest = keyring.cuttingKey(scope) else { return nil }
    key = KeyDerivation.expand(earliest.chunker, label: "vault/v1/origin")
  }

  /// The token of an object with a content: another content is something else.
  func token(_ object: ObjectID, tag: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeBytes32(object.replica)
    writer.writeUInt64(object.counter)
    writer.writeBytes(tag)
    return Array(Hash.hmac(writer.bytes, key: key).bytes.prefix(Self.byteCount))
  }
}

extension FolderKey {
  /// A token as the key of a row.
  fileprivate init?(token: [UInt8]) {
    guard token.count == OriginTokens.byteCount else { return nil }
    self.init(token.reduce(into: UInt128(0)) { $0 = $0 << 8 | UInt128($1) })
  }
}

extension Vault {
  /// Takes rows out of the index that lie inside a folder of another scope; what they say for the
  /// part that looks after it.
  func release(_ mount: Mount, _ mirror: FolderMirror) throws -> ReleasedRows {
    var rows: [ReleasedRows.Row] = []
    var keys: [FolderKey] = []
    var pending = [(key: mirror.keys.key(mount.object), object: mount.object)]
    while let folder = pending.popLast() {
      for row in mirror.index.children(of: folder.key) {
        keys.append(row.key)
        let object = mirror.keys.object(row.key)
        pending.append((row.key, object ?? mount.object))
        guard let object else { continue }
        rows.append(
          ReleasedRows.Row(
            object: object, parent: folder.object, name: row.name, stat: row.stat,
            tag: row.contentTag, isSettled: row.isSettled))
      }
    }
    // From the leaves up: a row's children go before it.
    for key in keys.reversed() { mirror.index.remove(key) }
    var released = ReleasedRows()
    guard !keys.isEmpty, let tokens = OriginTokens(keyring, scope) else { return released }
    if let unheard = try unheardChanges(of: mount) {
      let known = Set(rows.map(\.object))
      rows = rows.compactMap(unheard.asThen)
      rows += unheard.removed(from: mount.object, known: known)
    }
    released.add(rows, inside: mount.object, tokens)
    return released
  }

  /// What is on its way to the index of a scope inside this one.
  func rows(for scope: ScopeID) throws -> ReleasedRows {
    try releasedRows[scope]
      ?? ReleasedRows(for: scope, in: home, storeKey: keys.storeKey, disk: environment.disk)
  }

  /// Keeps rows for a scope inside this one, durably unless it is only tried.
  func keep(_ rows: ReleasedRows, for scope: ScopeID, isDryRun: Bool) throws {
    guard !rows.isEmpty else { return }
    var all = try self.rows(for: scope)
    all.add(contentsOf: rows)
    releasedRows[scope] = all
    guard !isDryRun else { return }
    try all.store(
      for: scope, in: home, storeKey: keys.storeKey, disk: environment.disk, using: &generator)
  }

  /// Forgets the rows for a scope that has an index now.
  func forgetRows(for scope: ScopeID) throws {
    releasedRows[scope] = nil
    try ReleasedRows.remove(for: scope, in: home, disk: environment.disk)
  }

  /// Takes over what the index of the scope around knew, until this part's own index is begun.
  func takeOver(_ rows: ReleasedRows) { released = rows }

  /// Begins this part's index with what the one around it knew.
  ///
  /// What is not found compares equal or not, as anything that lies in a folder.
  func beginIndex(_ mirror: FolderMirror) {
    defer { released = ReleasedRows() }
    guard !released.isEmpty, mirror.index.count == 0 else { return }
    let tree = self.tree
    let objects = Dictionary(
      tree.values(of: .origin).compactMap { origin in
        FolderKey(token: origin.value).map { ($0, origin.object) }
      },
      uniquingKeysWith: { tree.isTrashed($0) ? $1 : $0 })
    var keys = [ObjectKeys.root: ObjectKeys.root]
    for row in released.rows {
      guard let object = objects[row.key], let parent = keys[row.parent] else { continue }
      var own = row
      (own.key, own.parent) = (mirror.keys.key(object), parent)
      guard (try? mirror.index.record(own)) != nil else { continue }
      keys[row.key] = own.key
    }
  }
}
