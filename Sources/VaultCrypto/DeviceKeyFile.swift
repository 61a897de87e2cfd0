public import VaultEncoding

/// The file that holds a device's keys: under a passphrase, or, by explicit choice, open.
///
/// Fields and refusals: docs/spec/keys.md, «Device key file». A checksum tells a damaged file from
/// a wrong passphrase; against people who change files on purpose it is the seal that protects.
public struct DeviceKeyFile: Sendable, Concealed {
  /// No key file is longer.
  public static let bytesMax = 4096

  static let kind = "vault/device-key@1"
  static let label = "vault/v1/device-key"

  /// The whole file.
  public let bytes: [UInt8]
  /// The device's name, readable without the passphrase.
  public let did: DID
  /// What one guess at the passphrase costs; nil for an unsealed file.
  public var parameters: Argon2id.Parameters? { lock?.parameters }
  /// Whether a passphrase is needed.
  public var isSealed: Bool { lock != nil }

  private let lock: DeviceKeyLock?
  private let keys: [UInt8]

  /// Writes keys without protection; the file's mode is all that guards it.
  public static func unsealed(_ keys: DeviceKeys) -> DeviceKeyFile {
    DeviceKeyFile(did: keys.signing.did, lock: nil, keys: DeviceKeyFields.encode(keys))
  }

  /// Writes keys sealed under a passphrase.
  ///
  /// Throws `parametersRefused` below the floor of 64 MiB and three passes, and `memoryShort`.
  public static func sealed(
    _ keys: DeviceKeys, passphrase: SecretBytes, parameters: Argon2id.Parameters = .standard,
    using generator: inout some RandomNumberGenerator
  ) throws(CryptoError) -> DeviceKeyFile {
    guard parameters.reachesFloor else {
      throw CryptoError(.parametersRefused, "the Argon2id parameters are below the floor")
    }
    let lock = DeviceKeyLock(
      parameters: parameters, salt: generator.nextBytes(Argon2id.saltBytes))
    let did = keys.signing.did
    let sealed = try DeriveSeal.seal(
      DeviceKeyFields.encode(keys), key: lock.key(passphrase), label: label,
      aad: context(did: did, lock: lock), using: &generator)
    return DeviceKeyFile(did: did, lock: lock, keys: sealed)
  }

  /// Reads a file, without opening it.
  ///
  /// Throws `keyFileBroken` for anything but a file as this module writes it, and
  /// `parametersRefused` for Argon2id parameters out of bounds. Allocates no more than the file.
  public init(decoding bytes: [UInt8]) throws(CryptoError) {
    guard bytes.count <= Self.bytesMax else { throw Self.broken("is too long") }
    let value: CBORValue
    do {
      value = try DAGCBOR.decode(bytes)
    } catch {
      throw Self.broken("is not DAG-CBOR")
    }
    guard let fields = value.asMap, fields.hasKeys(["kind", "did", "lock", "keys", "sum"]) else {
      throw Self.broken("does not have its five fields")
    }
    // First the checksum: whatever else is refused below was written so, not damaged.
    let summed = DAGCBOR.encode(.map(fields.filter { $0.key != "sum" }))
    guard fields["sum"]?.asBytes32 == Hash.sha256(summed) else {
      throw Self.broken("does not match its checksum")
    }
    guard fields["kind"] == .text(Self.kind) else { throw Self.broken("is of another kind") }
    guard let did = fields["did"]?.asDID else { throw Self.broken("does not name its device") }
    guard let keys = fields["keys"]?.asBytes, let field = fields["lock"] else {
      throw Self.broken("holds no keys")
    }
    self.init(did: did, lock: field.isNull ? nil : try DeviceKeyLock(field), keys: keys)
  }

  /// The keys.
  ///
  /// Throws `passphraseNeeded`, `passphraseWrong`, `memoryShort`, or `keyFileBroken` when what is
  /// inside is not this device's keys.
  public func open(passphrase: SecretBytes?) throws(CryptoError) -> DeviceKeys {
    let plain = try openFields(passphrase: passphrase)
    let opened = try DeviceKeyFields.decode(plain)
    guard opened.signing.did == did else { throw Self.broken("holds the keys of another device") }
    return opened
  }

  static func broken(_ what: String) -> CryptoError {
    CryptoError(.keyFileBroken, "the device key file \(what)")
  }

  private init(did: DID, lock: DeviceKeyLock?, keys: [UInt8]) {
    self.did = did
    self.lock = lock
    self.keys = keys
    let fields = Self.fields(did: did, lock: lock) + [("keys", CBORValue.bytes(keys))]
    let sum = Hash.sha256(DAGCBOR.encode(.map(fields)))
    bytes = DAGCBOR.encode(.map(fields + [("sum", .bytes(sum.bytes))]))
  }

  private func openFields(passphrase: SecretBytes?) throws(CryptoError) -> [UInt8] {
    guard let lock else { return keys }
    guard let passphrase else {
      throw CryptoError(.passphraseNeeded, "the device key file is sealed under a passphrase")
    }
    let key = try lock.key(passphrase)
    let aad = Self.context(did: did, lock: lock)
    guard DeriveSeal.isCommitted(keys, key: key, label: Self.label, aad: aad) else {
      throw CryptoError(.passphraseWrong, "the passphrase is not the one of this key file")
    }
    do {
      return try DeriveSeal.open(keys, key: key, label: Self.label, aad: aad)
    } catch {
      throw Self.broken("was changed")
    }
  }

  private static func fields(did: DID, lock: DeviceKeyLock?) -> [(String, CBORValue)] {
    [("kind", .text(kind)), ("did", .text(did.text)), ("lock", lock?.value ?? .null)]
  }

  /// What the seal binds: everything in the file but the keys and the checksum.
  private static func context(did: DID, lock: DeviceKeyLock) -> [UInt8] {
    DAGCBOR.encode(.map(fields(did: did, lock: lock)))
  }
}
