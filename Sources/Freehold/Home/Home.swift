public import VaultCrypto
public import VaultEncoding
public import VaultEnvironment

/// Everything Freehold keeps on a machine for one device: its keys, and each vault it has.
///
///     device.key         the device's keys
///     vaults/<id>/       one folder a vault (`VaultHome`)
public struct Home: Sendable {
  /// Where it lies.
  public let path: DiskPath
  let environment: Environment

  /// Names a home; nothing is made before it is needed.
  public init(_ path: DiskPath, environment: Environment) {
    self.path = path
    self.environment = environment
  }

  var keyPath: DiskPath { path.appending("device.key") }
  var vaultsPath: DiskPath { path.appending("vaults") }

  /// The folder of one vault: named by the end of its DID, which is enough to tell vaults apart; of
  /// a folder that somebody shared, by its scope too.
  func vaultPath(_ vault: DID, scope: ScopeID? = nil) -> DiskPath {
    let name = String(vault.text.suffix(16))
    return vaultsPath.appending(scope.map { "\(name)-\($0.hex)" } ?? name)
  }

  /// The folder in which a vault, or a folder that somebody shared, is kept.
  public func folder(of vault: DID, scope: ScopeID? = nil) -> DiskPath {
    vaultPath(vault, scope: scope)
  }

  /// Whether there is a device here.
  public func hasDevice() throws -> Bool { try environment.disk.exists(keyPath) }

  /// The device's key file as it lies on disk; nil when there is none.
  public func deviceKeyFile() throws -> DeviceKeyFile? {
    guard try environment.disk.exists(keyPath) else { return nil }
    let bytes = try environment.disk.read(keyPath, bytesMax: DeviceKeyFile.bytesMax)
    return try DeviceKeyFile(decoding: bytes)
  }

  /// Opens the device's keys; makes them when there are none yet.
  func openOrMakeKeys(_ unlock: Unlock) throws -> DeviceKeys {
    if try hasDevice() { return try openKeys(unlock) }
    var generator = environment.makeGenerator()
    let keys = DeviceKeys.generate(using: &generator)
    let file: DeviceKeyFile
    switch unlock {
    case .unsealed: file = .unsealed(keys)
    case .passphrase(let passphrase):
      file = try .sealed(keys, passphrase: passphrase(), using: &generator)
    case .keys:
      throw FreeholdError(.noSuchVault, "there is no device key in \(path)")
    }
    try environment.disk.makeFolder(path)
    try environment.disk.writeDurably(keyPath, file.bytes)
    return keys
  }

  /// Opens the device's keys.
  public func openKeys(_ unlock: Unlock) throws -> DeviceKeys {
    if case .keys(let keys) = unlock { return keys }
    guard let file = try deviceKeyFile() else {
      throw FreeholdError(
        .noSuchVault, "there is no device key in \(path)", hint: "freehold init DIR makes a vault")
    }
    guard file.isSealed else { return try file.open(passphrase: nil) }
    guard case .passphrase(let passphrase) = unlock else {
      throw FreeholdError(
        .locked, "the device key is sealed under a passphrase",
        hint: "type it, or set FREEHOLD_PASSPHRASE_FILE")
    }
    do {
      return try file.open(passphrase: try passphrase())
    } catch let error as CryptoError where error.code == .passphraseWrong {
      throw FreeholdError(.locked, "the passphrase is wrong")
    }
  }

  /// The vaults that this device has.
  public func vaults() throws -> [DiskPath] {
    guard try environment.disk.exists(vaultsPath) else { return [] }
    return try environment.disk.list(vaultsPath).filter { $0.kind == .folder }
      .map { vaultsPath.appending($0.name) }.sorted()
  }
}

/// How the device's keys are come by.
public enum Unlock: Sendable {
  /// They are not sealed, or shall not be.
  case unsealed
  /// They are sealed under a passphrase, which is asked for only when it is needed.
  case passphrase(@Sendable () throws -> SecretBytes)
  /// Somebody has opened them already: an unlock agent, or a test.
  case keys(DeviceKeys)
}
