import VaultEncoding
import VaultPolicy
import VaultStore

/// What never changes about a vault on a device, as kept in the local database.
struct VaultFacts: Sendable {
  /// The vault.
  var vault: DID
  /// The scope of the root folder.
  var rootScope: ScopeID
  /// The vault's name.
  var name: String
  /// This device's name.
  var deviceName: String
  /// The folder bound to the vault: an absolute path in bytes; empty when there is none.
  var folder: [UInt8]
  /// The beginning of the policy log.
  var genesis: Genesis
  /// The nodes that a joining device was told of: asked until the tree names some.
  var firstNodes: [[UInt8]] = []

  private enum Key {
    static let genesis = "genesis"
    static let rootScope = "root-scope"
    static let name = "name"
    static let deviceName = "device-name"
    static let folder = "folder"
    static let firstNodes = "first-nodes"
  }

  /// Reads the facts; nil when the vault was never finished.
  init?(_ transaction: VaultTransaction) throws {
    guard let genesis = try transaction.meta(Key.genesis),
      let scope = try transaction.meta(Key.rootScope).flatMap({ ScopeID($0) })
    else { return nil }
    self.genesis = try Genesis(decoding: genesis)
    vault = self.genesis.vault
    rootScope = scope
    name = String(decoding: try transaction.meta(Key.name) ?? [], as: UTF8.self)
    deviceName = String(decoding: try transaction.meta(Key.deviceName) ?? [], as: UTF8.self)
    folder = try transaction.meta(Key.folder) ?? []
    if let nodes = try transaction.meta(Key.firstNodes) {
      firstNodes = (try DAGCBOR.decode(nodes).asArray ?? []).compactMap(\.asBytes)
    }
  }

  /// Puts the facts of a new vault together.
  init(
    genesis: Genesis, rootScope: ScopeID, name: String, deviceName: String, folder: [UInt8],
    firstNodes: [[UInt8]] = []
  ) {
    vault = genesis.vault
    self.genesis = genesis
    self.rootScope = rootScope
    self.name = name
    self.deviceName = deviceName
    self.folder = folder
    self.firstNodes = firstNodes
  }

  /// Keeps the facts.
  func store(_ transaction: VaultTransaction) throws {
    try transaction.setMeta(Key.genesis, to: genesis.bytes)
    try transaction.setMeta(Key.rootScope, to: rootScope.bytes)
    try transaction.setMeta(Key.name, to: Array(name.utf8))
    try transaction.setMeta(Key.deviceName, to: Array(deviceName.utf8))
    try transaction.setMeta(Key.folder, to: folder)
    try transaction.setMeta(
      Key.firstNodes, to: DAGCBOR.encode(.array(firstNodes.map { .bytes($0) })))
  }
}
