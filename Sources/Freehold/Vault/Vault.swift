import VaultCRDT
import VaultCrypto
public import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultPolicy
import VaultSealing
import VaultStore
import VaultSync

/// One vault on one device: its tree, its keys, its local store and its nodes.
///
/// Everything is complete offline; `sync` exchanges with the nodes. One process at a time may have
/// a vault open for writing. The verbs are in `Vault+Verb.swift`, each in its own file.
public actor Vault {
  let environment: Environment
  let home: VaultHome
  let facts: VaultFacts
  let keys: DeviceKeys
  /// The same keys, and those that still have to let them in after this home was found to be a
  /// copy.
  var succession: DeviceSuccession
  /// What a person should know since this start: that this is a new device; nil for nothing.
  public nonisolated let notice: String?
  /// Whether this is one scope of a vault inside the home of the scope around it, which speaks for
  /// the device: only that one writes into the policy.
  let isPart: Bool
  /// Where the folder is now: that of a part moves with the folders around it.
  var boundFolder: [UInt8]
  /// Rules of the ignore files above the folder of a part.
  var ignoredAbove: [UInt8] = []
  /// What the folder index of the scope around knew, until this part has an index of its own.
  var released = ReleasedRows()
  /// What this index knew about the inside of folders that became scopes.
  var releasedRows: [ScopeID: ReleasedRows] = [:]
  /// The scopes inside this one that are open.
  var parts: [ScopeID: Vault] = [:]
  /// Keys the tokens of the local chunk index.
  let tokenKey: SecretBytes

  var policy: PolicyLog
  var keyring: Keyring
  var tree: Tree
  /// Whether the tree has changed since its checkpoint was stored.
  var isTreeDirty = false
  /// Whether something has left the tree since the folder was last written: a vector does not tell.
  var treeWentBack = false
  /// Set when this home was found to be a copy: nothing more is done under the former name.
  var renewed: HomeRenewed?
  var generator: RandomnessGenerator
  /// How many things were folded since the last report (`Vault+Twins.swift`).
  var foldedCount = 0
  /// Packs in the outbox that the tree does not know of yet.
  var unannounced: Set<Bytes32> = []
  /// Settings of nodes that were decoded, and their signatures verified, before.
  var verifiedNodes: [[UInt8]: NodeEntry] = [:]
  /// Cards of contacts that were decoded, and their signatures verified, before.
  var verifiedCards: [[UInt8]: PersonCard] = [:]
  /// Called before every step that changes the bound folder; for tests of what a crash leaves.
  var folderStep: (@Sendable () throws(FolderError) -> Void)?

  init(
    environment: Environment, home: VaultHome, facts: VaultFacts, succession: DeviceSuccession,
    policy: PolicyLog, tree: Tree, notice: String? = nil, isPart: Bool = false,
    boundFolder: [UInt8]? = nil
  ) {
    let keys = succession.keys
    self.environment = environment
    self.home = home
    self.facts = facts
    self.keys = keys
    self.succession = succession
    self.notice = notice
    self.isPart = isPart
    self.boundFolder = boundFolder ?? facts.folder
    self.policy = policy
    self.tree = tree
    tokenKey = KeyDerivation.expand(keys.storeKey, label: "vault/v1/local/chunk-token")
    keyring = succession.keyring(policy.evaluate())
    generator = environment.makeGenerator()
    self.tree.labelClashes()
  }

  /// The vault's name in the world.
  public nonisolated var did: DID { facts.vault }
  /// This device's name in the world.
  public nonisolated var device: DID { keys.signing.did }
  /// What the owner calls the vault.
  public nonisolated var name: String { facts.name }
  /// What the owner calls this device.
  public nonisolated var deviceName: String { facts.deviceName }
  /// The folder bound to the vault on this device, as bytes; empty when there is none.
  public nonisolated var folder: [UInt8] { facts.folder }

  var database: VaultDatabase { home.database }
  nonisolated var scope: ScopeID { facts.rootScope }

  /// Opens stored entries as the policy is now.
  var opener: EntryOpener { EntryOpener(policy.state, keyring: keyring) }

  /// Stores what is kept between runs and lets other processes in.
  public func close() async throws {
    for (_, part) in parts { try await part.close() }
    parts = [:]
    try storeCheckpointIfWorthIt()
    home.close()
  }
}
