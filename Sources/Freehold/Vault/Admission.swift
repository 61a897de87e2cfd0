public import VaultEncoding
import VaultPolicy
import VaultSync

/// Everything that a new device needs to become part of a vault: handed over by a device that is
/// part of it already, on a channel that both trust.
///
/// It holds no key: those are sealed to the new device inside the policy entries.
public struct Admission: Hashable, Sendable {
  /// The beginning of the policy log.
  public let genesis: [UInt8]
  /// The policy log as far as the admitting device knows it.
  public let policy: [[UInt8]]
  /// The scope of the root folder.
  public let rootScope: ScopeID
  /// What the owner calls the vault.
  public let name: String
  /// The vault's nodes as their settings say, so that the new device knows whom to ask.
  let nodes: [[UInt8]]
}

extension Admission {
  /// An admission by a log that was fetched from a node.
  ///
  /// Throws `tampered` when it names no root folder.
  init(_ log: PolicyLog, name: String, nodes: [[UInt8]]) throws {
    guard let scope = log.evaluate().rootScope else {
      throw FreeholdError(.tampered, "the vault's policy names no root folder")
    }
    self.init(
      genesis: log.genesis.bytes, policy: log.entries.map(\.bytes), rootScope: scope.scope,
      name: name, nodes: nodes)
  }

  private static let bytesMax = 24 << 20
  private static let nodesMax = 1_024

  /// The admission as it is sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("genesis", .bytes(genesis)), ("policy", .array(policy.map { .bytes($0) })),
        ("scope", .bytes(rootScope.bytes)), ("name", .text(name)),
        ("nodes", .array(nodes.map { .bytes($0) })),
      ]))
  }

  /// Reads an admission; what is in it is checked when a device joins with it.
  public init(decoding bytes: [UInt8]) throws {
    do {
      let fields = try MessageFields(
        bytes, bytesMax: Self.bytesMax, keys: ["genesis", "policy", "scope", "name", "nodes"])
      genesis = try fields.bytes("genesis")
      policy = try fields.byteStrings(
        "policy", countMax: SyncLimits.policyEntriesMax, bytesMax: SyncLimits.statementBytesMax)
      guard let scope = ScopeID(try fields.bytes("scope")) else {
        throw MessageError.field("scope")
      }
      rootScope = scope
      name = try fields.text("name")
      nodes = try fields.byteStrings(
        "nodes", countMax: Self.nodesMax, bytesMax: SyncLimits.statementBytesMax)
    } catch let error as MessageError {
      throw FreeholdError(.tampered, "the admission makes no sense: \(error)")
    }
  }
}
