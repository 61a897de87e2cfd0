public import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPolicy
import VaultSealing
import VaultSync

/// What a vault is recovered with.
public struct Recovery: Sendable {
  /// The 24 words.
  public var phrase: RecoveryPhrase
  /// One of the vault's nodes.
  public var node: NodeAddress
  /// What the owner calls the vault.
  public var name: String
  /// What the owner calls this device.
  public var deviceName: String
  /// The folder to bind to it: an absolute path as bytes; empty for none.
  public var folder: [UInt8]

  /// Describes a recovery.
  public init(
    phrase: RecoveryPhrase, node: NodeAddress, name: String, deviceName: String, folder: [UInt8]
  ) {
    self.phrase = phrase
    self.node = node
    self.name = name
    self.deviceName = deviceName
    self.folder = folder
  }
}

// From 24 words and one node to everything.
//
// The words give root's keys; root asks the node for the policy log, needs no grant to do so, and
// can open every key, because every key is sealed to root as well. It lets this device in, above
// every other, and is forgotten. What the node could do: keep the end of the log back. Nobody with
// one node and no memory can see that; the vault's other nodes show it with the first sync.

extension Vault {
  /// Makes this machine a device of the vault that the words stand for.
  ///
  /// Devices that were there stay until they are revoked. Throws `noSuchVault` when the node does
  /// not keep the vault, `tampered` when it is none of the vault's nodes.
  public static func recover(
    _ recovery: Recovery, in home: Home, unlock: Unlock
  ) async throws -> Vault {
    let root = try RootKeys(phrase: recovery.phrase)
    try requireNew(root.signing.did, in: home)
    let node: NodeAcquaintance =
      switch recovery.node {
      case .record(let record): NodeAcquaintance(record, environment: home.environment)
      case .url(let url): try await NodeAcquaintance(at: url, environment: home.environment)
      }
    let client = NodeClient(
      node: node.record.node, name: "the node", record: node.record,
      environment: home.environment,
      signers: [
        RequestSigner(
          subject: root.signing.did, node: node.record.node, chain: [], key: root.signing)
      ],
      meter: TrafficMeter(), url: node.url)
    let log = try await policyLog(from: client, node)
    let keys = try home.openOrMakeKeys(unlock)
    let grown = try admit(keys, to: log, as: root, environment: home.environment)
    do {
      _ = try await bringPolicy(grown, to: client)
    } catch {
      throw NodeTrouble(error, name: "the node", url: node.url).asError
    }
    let entry = NodeEntry(
      name: "node1", record: node.record, region: node.record.region,
      operatorName: node.record.operatorName, weight: 100, isRemoved: false)
    let vault = try join(
      Admission(grown, name: recovery.name, nodes: [entry.bytes]),
      deviceName: recovery.deviceName, folder: recovery.folder, in: home, unlock: .keys(keys))
    try await vault.begin()
    return vault
  }

  private static func policyLog(
    from client: NodeClient, _ node: NodeAcquaintance
  ) async throws -> PolicyLog {
    let log: PolicyLog
    do {
      log = try await client.policyLog()
    } catch let refusal as VaultSync.Refusal where refusal.code == .absent {
      throw FreeholdError(
        .noSuchVault, "the node at \(node.url) does not keep the vault of these words",
        hint: "name another of its nodes")
    } catch {
      throw NodeTrouble(error, name: "the node", url: node.url).asError
    }
    guard log.evaluate().holders.contains(node.record.node) else {
      throw FreeholdError(
        .tampered, "the node at \(node.url) is none of the vault's nodes",
        hint: "somebody may stand in between; name another node, or use another network")
    }
    return log
  }

  /// Lets this device in above every other, and seals the keys to it.
  private static func admit(
    _ keys: DeviceKeys, to log: PolicyLog, as root: RootKeys, environment: Environment
  ) throws -> PolicyLog {
    var generator = environment.makeGenerator()
    var author = try PolicyAuthor(root: root.signing, log: log)
    if author.state.managerGrant(of: keys.signing.did) == nil {
      try author.grantDevice(
        keys.signing.did, kem: keys.kem.publicKey, rank: author.seniorRank(), using: &generator)
    }
    let keyring = Keyring(author.state, device: root.signing.did, kem: root.kem)
    try author.settleKeys(keyring, using: &generator)
    return author.log
  }

  /// Refuses early what would be refused late: a second copy of a vault in one home.
  static func requireNew(_ vault: DID, in home: Home) throws {
    // What cannot be read was never finished, or says so when it is opened.
    guard (try? home.isFinished(vault)) == true else { return }
    throw FreeholdError(
      .usage, "this device has that vault already",
      hint: "freehold status shows it; another home is another device: --home DIR")
  }
}
