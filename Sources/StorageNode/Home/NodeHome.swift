import VaultCrypto
public import VaultEncoding
public import VaultEnvironment
import VaultSync

/// A node's data folder: its settings, its keys, and the operations that a host runs on it.
public struct NodeHome: Sendable {
  /// The settings in `node.toml`.
  public let configuration: NodeConfiguration
  let files: NodeFiles
  let key: SigningKey
  let certificate: NodeCertificate
  let environment: Environment

  /// Who the node is.
  public var did: DID { key.did }

  // MARK: Making and opening

  /// Makes a node in a new or empty folder.
  public static func create(
    at folder: String, configuration: NodeConfiguration, environment: Environment
  ) throws -> NodeHome {
    try checkAddresses(configuration)
    let files = NodeFiles(folder: DiskPath(folder))
    let disk = environment.disk
    return try wrapping {
      try disk.makeFolder(files.folder)
      guard try disk.list(files.folder).isEmpty else {
        throw NodeError(
          .exists, "\(folder) is not empty", hint: "name a new folder, or use the node in it")
      }
      var generator = environment.makeGenerator()
      let home = NodeHome(
        configuration: configuration, files: files, key: SigningKey.generate(using: &generator),
        certificate: try NodeCertificate.make(using: &generator),
        environment: environment)
      try disk.makeFolder(files.vaults)
      try disk.writeDurably([
        DiskWrite(files.certificateKey, home.certificate.keyDER),
        DiskWrite(files.certificate, home.certificate.der),
        DiskWrite(files.key, NodeKeyFile.encode(home.key)),
      ])
      _ = try home.record(addresses: home.addresses(port: configuration.listen.port))
      _ = try home.openStore()
      // Last, because a folder with a node.toml is a node.
      try disk.writeDurably(files.configuration, ConfigurationFile.encode(configuration))
      return home
    }
  }

  /// Opens the node in a folder.
  public static func open(at folder: String, environment: Environment) throws -> NodeHome {
    let files = NodeFiles(folder: DiskPath(folder))
    let disk = environment.disk
    return try wrapping {
      guard try disk.exists(files.configuration) else {
        throw NodeError(
          .missing, "no node in \(folder)",
          hint: "freehold-node init --data \(folder) --size 100GiB")
      }
      let configuration: NodeConfiguration
      do {
        configuration = try ConfigurationFile.decode(
          disk.read(files.configuration, bytesMax: ConfigurationFile.bytesMax))
      } catch let error as ConfigurationError {
        throw NodeError(.configuration, error.description, hint: "edit \(files.configuration)")
      }
      try checkAddresses(configuration)
      let small = NodeFiles.smallBytesMax
      return NodeHome(
        configuration: configuration, files: files,
        key: try NodeKeyFile.decode(disk.read(files.key, bytesMax: small)),
        certificate: try certificate(files, disk), environment: environment)
    }
  }

  private static func certificate(
    _ files: NodeFiles, _ disk: any Disk
  ) throws -> NodeCertificate {
    let der = try disk.read(files.certificate, bytesMax: NodeFiles.smallBytesMax)
    let keyDER = try disk.read(files.certificateKey, bytesMax: NodeFiles.smallBytesMax)
    do {
      return try NodeCertificate(der: der, keyDER: keyDER)
    } catch {
      throw NodeError(.damaged, "tls.key is no P-256 key")
    }
  }

  private static func checkAddresses(_ configuration: NodeConfiguration) throws {
    guard configuration.urls.allSatisfy(ConfigurationReader.isURL),
      configuration.urls.count <= SyncLimits.addressesMax
    else {
      throw NodeError(.configuration, "a URL begins with https:// and has at most 256 bytes")
    }
    guard
      ([configuration.region, configuration.operatorName].compactMap { $0 })
        .allSatisfy(ConfigurationReader.isLabel)
    else {
      throw NodeError(.configuration, "a region or an operator has 1 to 64 bytes")
    }
    if configuration.listen.isWildcard, configuration.urls.isEmpty {
      throw NodeError(
        .configuration, "clients cannot connect to \(configuration.listen)",
        hint: "say where they can: --url https://node.example:\(configuration.listen.port)")
    }
  }

  /// Turns failures of the disk into sentences with an exit code.
  static func wrapping<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DiskError {
      switch error.code {
      case .busy: throw NodeError(.busy, error.sentence, hint: "stop the other one first")
      case .noSpace: throw NodeError(.noSpace, error.sentence)
      default: throw NodeError(.failed, error.sentence)
      }
    }
  }

  // MARK: Record

  /// The URLs that clients are told when the node listens on `port`.
  func addresses(port: Int) -> [String] {
    guard configuration.urls.isEmpty else { return configuration.urls }
    return ["https://\(ListenAddress(host: configuration.listen.host, port: port))"]
  }

  /// The node's record: the one on disk when it still says what is true, else a newer one.
  func record(addresses: [String]) throws -> NodeRecord {
    let disk = environment.disk
    let previous = try storedRecord()
    let seconds = Int(max(0, environment.clock.now().seconds))
    // The clock as a floor keeps the numbers growing in a folder that was restored from a backup.
    let facts = NodeRecord.Facts(
      sequence: max((previous?.sequence ?? 0) + 1, seconds), addresses: addresses,
      publicKeyHash: certificate.spki, certificate: certificate.der,
      region: configuration.region, operatorName: configuration.operatorName,
      notBeforeSeconds: max(0, seconds - 86_400), expiresSeconds: nil)
    if let previous, previous.node == did, previous.addresses == facts.addresses,
      previous.certificate == facts.certificate, previous.region == facts.region,
      previous.operatorName == facts.operatorName
    {
      return previous
    }
    let record = try NodeRecord(facts, by: key)
    try disk.writeDurably(files.record, record.bytes)
    return record
  }

  /// The newest record on disk; nil when there is none that can be read.
  func storedRecord() throws -> NodeRecord? {
    guard try environment.disk.exists(files.record) else { return nil }
    let bytes = try environment.disk.read(files.record, bytesMax: NodeFiles.smallBytesMax)
    return try? NodeRecord(verifying: bytes)
  }
}
