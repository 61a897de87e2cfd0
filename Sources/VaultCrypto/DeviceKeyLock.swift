internal import VaultEncoding

/// How a key file is locked: Argon2id's parameters and salt.
struct DeviceKeyLock: Sendable {
  private static let name = "argon2id"
  private static let version: UInt64 = 0x13

  let parameters: Argon2id.Parameters
  let salt: [UInt8]

  init(parameters: Argon2id.Parameters, salt: [UInt8]) {
    self.parameters = parameters
    self.salt = salt
  }

  /// Reads the field `lock`; bounds are checked before anything is allocated.
  init(_ value: CBORValue) throws(CryptoError) {
    guard let fields = value.asMap,
      fields.hasKeys(["name", "version", "memoryKiB", "passes", "salt"]),
      fields["name"] == .text(Self.name), fields["version"] == .unsigned(Self.version),
      let memory = fields["memoryKiB"]?.asUInt, let passes = fields["passes"]?.asUInt,
      let salt = fields["salt"]?.asBytes, salt.count == Argon2id.saltBytes
    else { throw DeviceKeyFile.broken("is locked in an unknown way") }
    let parameters = try Argon2id.Parameters(memoryKiB: memory, passes: passes)
    guard parameters.reachesFloor else {
      throw CryptoError(.parametersRefused, "the Argon2id parameters are below the floor")
    }
    self.init(parameters: parameters, salt: salt)
  }

  var value: CBORValue {
    .map([
      ("name", .text(Self.name)), ("version", .unsigned(Self.version)),
      ("memoryKiB", .unsigned(parameters.memoryKiB)), ("passes", .unsigned(parameters.passes)),
      ("salt", .bytes(salt)),
    ])
  }

  func key(_ passphrase: SecretBytes) throws(CryptoError) -> SecretBytes {
    try Argon2id.derive(passphrase: passphrase, salt: salt, parameters: parameters)
  }
}
