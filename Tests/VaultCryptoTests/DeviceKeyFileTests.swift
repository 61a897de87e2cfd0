import Testing
import VaultCrypto
import VaultEncoding

@Suite struct DeviceKeyFileTests {
  private let passphrase = SecretBytes(Array("correct horse".utf8))

  private func keys(seed: UInt64) -> DeviceKeys {
    var generator = SeededGenerator(seed: seed)
    return DeviceKeys.generate(using: &generator)
  }

  private func expectEqual(_ left: DeviceKeys, _ right: DeviceKeys) {
    #expect(left.signing.seed == right.signing.seed)
    #expect(left.kem.seed == right.kem.seed)
    #expect(left.storeKey == right.storeKey)
    #expect(left.signing.did == right.signing.did)
    #expect(left.kem.publicKey == right.kem.publicKey)
  }

  @Test func `an unsealed file gives the keys back`() throws {
    let keys = keys(seed: 81)
    let file = try DeviceKeyFile(decoding: DeviceKeyFile.unsealed(keys).bytes)
    #expect(!file.isSealed && file.parameters == nil)
    #expect(file.did == keys.signing.did)
    expectEqual(try file.open(passphrase: nil), keys)
    expectEqual(try file.open(passphrase: passphrase), keys)
  }

  @Test func `a sealed file opens with its passphrase, and says when it is another`() throws {
    var generator = SeededGenerator(seed: 82)
    let keys = keys(seed: 82)
    let bytes = try DeviceKeyFile.sealed(
      keys, passphrase: passphrase, parameters: .floor, using: &generator
    ).bytes
    let file = try DeviceKeyFile(decoding: bytes)
    #expect(file.isSealed && file.parameters == .floor)
    #expect(file.did == keys.signing.did)
    expectEqual(try file.open(passphrase: passphrase), keys)
    #expect(throws: CryptoError(.passphraseNeeded, "")) { try file.open(passphrase: nil) }
    #expect(throws: CryptoError(.passphraseWrong, "")) {
      try file.open(passphrase: SecretBytes(Array("correct horsf".utf8)))
    }
    for secret in [keys.signing.seed, keys.kem.seed, keys.storeKey] {
      #expect(!contains(bytes, secret.exposedCopy()))
    }
  }

  @Test func `every flipped bit is refused as damage, not as a wrong passphrase`() throws {
    var generator = SeededGenerator(seed: 83)
    let keys = keys(seed: 83)
    let sealed = try DeviceKeyFile.sealed(
      keys, passphrase: passphrase, parameters: .floor, using: &generator)
    for bytes in [DeviceKeyFile.unsealed(keys).bytes, sealed.bytes] {
      for index in bytes.indices {
        #expect(throws: CryptoError(.keyFileBroken, ""), "byte \(index)") {
          try DeviceKeyFile(decoding: flipping(bytes, at: index, bit: index & 7))
        }
      }
      for count in [0, 1, bytes.count - 1] {
        #expect(throws: CryptoError(.keyFileBroken, "")) {
          try DeviceKeyFile(decoding: Array(bytes.prefix(count)))
        }
      }
      #expect(throws: CryptoError(.keyFileBroken, "")) {
        try DeviceKeyFile(decoding: bytes + [0])
      }
    }
  }

  @Test func `a file that asks for too much or too little work is refused unopened`() throws {
    var generator = SeededGenerator(seed: 84)
    let sealed = try DeviceKeyFile.sealed(
      keys(seed: 84), passphrase: passphrase, parameters: .floor, using: &generator)
    let refused: [(String, UInt64)] = [
      ("memoryKiB", (2 << 20) + 1), ("memoryKiB", .max), ("passes", 17), ("passes", .max),
      ("memoryKiB", 65535), ("passes", 2), ("passes", 0), ("memoryKiB", 0),
    ]
    for (field, value) in refused {
      let forged = try forging(sealed.bytes) { fields in
        fields["lock"] = self.replacing(field, by: .unsigned(value), in: fields["lock"])
      }
      #expect(throws: CryptoError(.parametersRefused, ""), "\(field) \(value)") {
        try DeviceKeyFile(decoding: forged)
      }
    }
  }

  @Test func `a file of another shape is refused`() throws {
    let bytes = DeviceKeyFile.unsealed(keys(seed: 85)).bytes
    let forgeries: [(String, CBORValue?)] = [
      ("kind", .text("vault/device-key@2")), ("did", .text("did:key:zNobody")), ("did", nil),
      ("keys", .text("keys")), ("keys", .bytes([1, 2, 3] as [UInt8])), ("lock", .bool(true)),
      ("lock", nil), ("more", .null), ("lock", .map([("name", .text("scrypt"))])),
    ]
    for (field, value) in forgeries {
      let forged = try forging(bytes) { $0[field] = value }
      #expect(throws: CryptoError(.keyFileBroken, ""), "\(field)") {
        try DeviceKeyFile(decoding: forged).open(passphrase: nil)
      }
    }
    #expect(throws: CryptoError(.keyFileBroken, "")) {
      try DeviceKeyFile(decoding: [UInt8](repeating: 0, count: DeviceKeyFile.bytesMax + 1))
    }
  }

  @Test func `a file with the name of another device is refused`() throws {
    let other = keys(seed: 87).signing.did
    let forged = try forging(DeviceKeyFile.unsealed(keys(seed: 86)).bytes) {
      $0["did"] = .did(other)
    }
    #expect(throws: CryptoError(.keyFileBroken, "")) {
      try DeviceKeyFile(decoding: forged).open(passphrase: nil)
    }
  }

  @Test func `a forged context does not open even with the passphrase`() throws {
    var generator = SeededGenerator(seed: 88)
    let sealed = try DeviceKeyFile.sealed(
      keys(seed: 88), passphrase: passphrase, parameters: .floor, using: &generator)
    let other = keys(seed: 89).signing.did
    let forged = try forging(sealed.bytes) { $0["did"] = .did(other) }
    #expect(throws: CryptoError(.passphraseWrong, "")) {
      try DeviceKeyFile(decoding: forged).open(passphrase: passphrase)
    }
  }

  @Test func `sealing below the floor is refused`() throws {
    var generator = SeededGenerator(seed: 90)
    let weak = try Argon2id.Parameters(memoryKiB: 8, passes: 1)
    #expect(throws: CryptoError(.parametersRefused, "")) {
      try DeviceKeyFile.sealed(
        keys(seed: 90), passphrase: passphrase, parameters: weak, using: &generator)
    }
  }

  /// The file with changed fields and a checksum that fits again.
  private func forging(
    _ bytes: [UInt8], _ change: (inout [String: CBORValue]) -> Void
  ) throws -> [UInt8] {
    let map = try #require(DAGCBOR.decode(bytes).asMap)
    var fields = Dictionary(uniqueKeysWithValues: map.map { ($0.key, $0.value) })
    fields["sum"] = nil
    change(&fields)
    let pairs = fields.map { ($0.key, $0.value) }
    let sum = Hash.sha256(DAGCBOR.encode(.map(pairs)))
    return DAGCBOR.encode(.map(pairs + [("sum", .bytes(sum))]))
  }

  private func replacing(_ key: String, by value: CBORValue, in map: CBORValue?) -> CBORValue {
    .map((map?.asMap?.map { ($0.key, $0.value) } ?? []) + [(key, value)])
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    (0...(bytes.count - part.count)).contains { bytes[$0...].starts(with: part) }
  }
}
