import VaultCrypto
public import VaultEncoding
import VaultPolicy
import VaultSync

/// What the other person needs to take up what was granted: a signed line of text
/// (docs/spec/sharing.md section 6).
///
/// It holds no key: those are sealed to the other's devices inside the policy entries.
public struct ShareOffer: Hashable, Sendable {
  static let tag = "vault/share@1"
  static let prefix = "freehold-share:"
  static let bytesMax = 24 << 20
  private static let nodesMax = 1_024
  private static let keys = [
    "vault", "device", "to", "genesis", "policy", "scope", "name", "nodes",
  ]

  /// The vault.
  public let vault: DID
  /// The device that granted.
  public let device: DID
  /// The person to whom.
  public let person: DID
  /// The scope.
  public let scope: ScopeID
  /// What the folder is called.
  public let name: String
  let genesis: [UInt8]
  let policy: [[UInt8]]
  let nodes: [[UInt8]]
  /// The envelope as signed.
  public let bytes: [UInt8]

  /// The offer as a line of text.
  public var text: String { Paper.line(bytes, prefix: Self.prefix) }

  /// The words of the vault, which both people see.
  public var words: [String] { Self.words(of: vault) }

  /// The words of a vault, which both people see.
  static func words(of vault: DID) -> [String] {
    SixWords.of(vault.key.bytes, label: "vault/v1/vault-words")
  }

  init(
    _ log: PolicyLog, to person: DID, scope: ScopeID, name: String, nodes: [[UInt8]],
    by key: SigningKey
  ) throws {
    vault = log.vault
    device = key.did
    self.person = person
    self.scope = scope
    self.name = name
    genesis = log.genesis.bytes
    policy = log.entries.map(\.bytes)
    self.nodes = nodes
    let payload = CBORValue.map([
      ("vault", .did(vault)), ("device", .did(device)), ("to", .did(person)),
      ("genesis", .bytes(genesis)), ("policy", .array(policy.map { .bytes($0) })),
      ("scope", .bytes(scope.bytes)), ("name", .text(name)),
      ("nodes", .array(nodes.map { .bytes($0) })),
    ])
    bytes = try Envelope.signed(tag: Self.tag, payload: payload, by: key).bytes
  }

  /// Reads the line; what is in it is checked when it is taken up.
  public init(text: [UInt8]) throws {
    let (fields, bytes) = try Paper.open(
      text, prefix: Self.prefix, tag: Self.tag, signerKey: "device", keys: Self.keys,
      bytesMax: Self.bytesMax, what: "an invitation to a shared folder")
    do {
      vault = try fields.did("vault")
      device = try fields.did("device")
      person = try fields.did("to")
      genesis = try fields.bytes("genesis")
      policy = try fields.byteStrings(
        "policy", countMax: SyncLimits.policyEntriesMax, bytesMax: SyncLimits.statementBytesMax)
      guard let scope = ScopeID(try fields.bytes("scope")) else {
        throw MessageError.field("scope")
      }
      self.scope = scope
      name = try fields.text("name")
      nodes = try fields.byteStrings(
        "nodes", countMax: Self.nodesMax, bytesMax: SyncLimits.statementBytesMax)
      self.bytes = bytes
    } catch let error as MessageError {
      throw FreeholdError(.tampered, "the invitation makes no sense: \(error)")
    }
  }
}
