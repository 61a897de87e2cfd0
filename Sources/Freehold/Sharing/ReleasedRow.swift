import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultFolder
import VaultSealing

// What a folder index knew about the inside of a folder that became a scope.
//
// The part that looks after the folder from now on has other objects for the same files. Each of
// them carries a token of what it was, which the owner's devices can make and nobody else: so a
// device that heard late still knows which file is which, reads none of them again, and takes none
// that was deleted meanwhile for a new one.

/// One row of an index, on its way to the index of a part.
struct ReleasedRow: Sendable {
  /// What it was.
  var token: [UInt8]
  /// What the folder around it was; nil for the shared folder itself.
  var parent: [UInt8]?
  var name: FileName
  var stat: FileStat
  var tag: [UInt8]
  var isSettled: Bool
}

/// Makes tokens of what something was in a scope.
struct OriginTokens {
  private static let byteCount = 16
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

extension Vault {
  /// Takes rows out of the index that lie inside a folder of another scope, and keeps what they say
  /// for the part that looks after it.
  func release(_ mount: Mount, _ mirror: FolderMirror) -> [ReleasedRow] {
    var released: [ReleasedRow] = []
    var keys: [FolderKey] = []
    let tokens = OriginTokens(keyring, scope)
    var pending = [(key: mirror.keys.key(mount.object), token: [UInt8]?.none)]
    while let folder = pending.popLast() {
      for row in mirror.index.children(of: folder.key) {
        keys.append(row.key)
        guard let object = mirror.keys.object(row.key), let tokens else {
          pending.append((row.key, nil))
          continue
        }
        let token = tokens.token(object, tag: row.contentTag)
        released.append(
          ReleasedRow(
            token: token, parent: folder.token, name: row.name, stat: row.stat,
            tag: row.contentTag, isSettled: row.isSettled))
        pending.append((row.key, token))
      }
    }
    // From the leaves up: a row's children go before it.
    for key in keys.reversed() { mirror.index.remove(key) }
    return released
  }

  /// Takes over what the index of the scope around knew, until this part's own index is begun.
  func takeOver(_ rows: [ReleasedRow]) { released += rows }

  /// Begins this part's index with what the one around it knew.
  ///
  /// What is not found compares equal or not, as anything that lies in a folder.
  func beginIndex(_ mirror: FolderMirror) {
    defer { released = [] }
    guard !released.isEmpty, mirror.index.count == 0 else { return }
    let objects = Dictionary(
      tree.values(of: .origin).map { ($0.value, $0.object) },
      uniquingKeysWith: { first, _ in first }
    )
    var keys: [[UInt8]: FolderKey] = [:]
    for row in released {
      guard let object = objects[row.token],
        let parent = row.parent.map({ keys[$0] }) ?? ObjectKeys.root
      else { continue }
      let key = mirror.keys.key(object)
      do {
        try mirror.index.record(
          IndexedObject(
            key: key, parent: parent, name: row.name, stat: row.stat, contentTag: row.tag,
            isSettled: row.isSettled))
        keys[row.token] = key
      } catch {
        continue
      }
    }
  }
}
