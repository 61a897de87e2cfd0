import Crypto
import Foundation
import Testing
import VaultCrypto
import VaultEncoding

@Suite struct HPKETests {
  private struct MadeVector: Decodable {
    let name: String
    let skrSeedHex: HexBytes
    let pkrHex: HexBytes
    let infoHex: HexBytes
    let aadHex: HexBytes
    let ptHex: HexBytes
    let encHex: HexBytes
    let ctHex: HexBytes
  }

  @Test func `seals made with another library open`() throws {
    let path = "hpke/made-xwing-aes256gcm.json"
    let cases = try Fixture.decode(Cases<MadeVector>.self, path).cases
    for vector in cases {
      let key = try KEMKey(seed: SecretBytes(vector.skrSeedHex.bytes))
      #expect(key.publicKey.bytes == vector.pkrHex.bytes)
      let sealed = HPKESeal.suite + vector.encHex.bytes + vector.ctHex.bytes
      let opened = try HPKESeal.open(
        sealed, with: key, info: vector.infoHex.bytes, aad: vector.aadHex.bytes)
      #expect(opened == vector.ptHex.bytes, "\(vector.name)")
    }
    #expect(!cases.isEmpty)
  }

  /// A vector of RFC 9180 and of the post-quantum draft.
  private struct StandardVector: Decodable {
    struct Encryption: Decodable {
      let aad: HexBytes
      let ct: HexBytes
      let pt: HexBytes
    }
    struct Export: Decodable {
      let exporterContext: HexBytes
      let length: Int
      let exportedValue: HexBytes

      enum CodingKeys: String, CodingKey {
        case exporterContext, exportedValue
        case length = "L"
      }
    }
    let mode: Int
    let aeadId: Int
    let info: HexBytes
    let skRm: HexBytes
    let pkRm: HexBytes
    let pkSm: HexBytes?
    let psk: HexBytes?
    let pskId: HexBytes?
    let enc: HexBytes
    let encryptions: [Encryption]
    let exports: [Export]
  }

  @Test func `the X-Wing draft's messages open`() throws {
    // Its AEAD is ChaCha20-Poly1305, which is not our suite, so the library is asked directly.
    // The draft derives the key pair from ikmR; skRm is the X-Wing seed that comes out.
    let path = "hpke/draft-hpke-pq-xwing-hkdf.json"
    let cases = try Fixture.decode(Cases<StandardVector>.self, path).cases
    let suite = HPKE.Ciphersuite(
      kem: .XWingMLKEM768X25519, kdf: .HKDF_SHA256, aead: .chaChaPoly)
    for vector in cases {
      let key = try XWingMLKEM768X25519.PrivateKey(
        seedRepresentation: vector.skRm.bytes, publicKey: nil)
      #expect(Array(key.publicKey.rawRepresentation) == vector.pkRm.bytes)
      var recipient = try HPKE.Recipient(
        privateKey: key, ciphersuite: suite, info: Data(vector.info.bytes),
        encapsulatedKey: Data(vector.enc.bytes))
      try check(&recipient, vector)
      let ours = try KEMKey(seed: SecretBytes(vector.skRm.bytes))
      #expect(throws: CryptoError(.suiteUnknown, "")) {
        try HPKESeal.open(
          [0x64, 0x7a, 0, 1, 0, 3] + vector.enc.bytes + vector.encryptions[0].ct.bytes,
          with: ours, info: vector.info.bytes, aad: vector.encryptions[0].aad.bytes)
      }
    }
    #expect(!cases.isEmpty)
  }

  @Test func `RFC 9180's messages over X25519 open in all four modes`() throws {
    // The key schedule below our seals is the same; X-Wing has the base mode only.
    let cases = try Fixture.decode(Cases<StandardVector>.self, "hpke/rfc9180-x25519.json").cases
    var modes: Set<Int> = []
    for vector in cases {
      modes.insert(vector.mode)
      var recipient = try recipient(of: vector)
      try check(&recipient, vector)
    }
    #expect(!cases.isEmpty && !modes.isEmpty)
  }

  @Test func `a flipped bit is refused in every region of a seal`() throws {
    var generator = SeededGenerator(seed: 21)
    let key = KEMKey.generate(using: &generator)
    let plaintext = generator.nextBytes(32)
    let sealed = try HPKESeal.seal(plaintext, to: key.publicKey, info: [1], aad: [2])
    #expect(sealed.count == plaintext.count + HPKESeal.overheadBytes)
    #expect(try HPKESeal.open(sealed, with: key, info: [1], aad: [2]) == plaintext)
    for index in 0..<6 {
      #expect(throws: CryptoError(.suiteUnknown, "")) {
        try HPKESeal.open(flipping(sealed, at: index, bit: index), with: key, info: [1], aad: [2])
      }
    }
    // ML-KEM's part, X25519's part (with its unused top bit), ciphertext, tag.
    let indices = [6, 500, 1093, 1094, 1125, 1126, 1157, 1158, 1173]
    for index in indices {
      for bit in [0, 7] {
        #expect(throws: CryptoError(.cannotOpen, "")) {
          try HPKESeal.open(
            flipping(sealed, at: index, bit: bit), with: key, info: [1], aad: [2])
        }
      }
    }
  }

  @Test func `another key, context or length is refused`() throws {
    var generator = SeededGenerator(seed: 22)
    let key = KEMKey.generate(using: &generator)
    let other = KEMKey.generate(using: &generator)
    let sealed = try HPKESeal.seal([5], to: key.publicKey, info: [1], aad: [2])
    let attempts: [(KEMKey, [UInt8], [UInt8], [UInt8])] = [
      (other, [1], [2], sealed), (key, [9], [2], sealed), (key, [1], [9], sealed),
      (key, [1], [2], Array(sealed.dropLast())), (key, [1], [2], sealed + [0]),
      (key, [1], [2], []), (key, [1], [2], Array(sealed.prefix(6))),
    ]
    for (key, info, aad, bytes) in attempts {
      #expect(throws: CryptoError(.cannotOpen, "")) {
        try HPKESeal.open(bytes, with: key, info: info, aad: aad)
      }
    }
  }

  private func check(_ recipient: inout HPKE.Recipient, _ vector: StandardVector) throws {
    for message in vector.encryptions {
      let opened = try recipient.open(message.ct.bytes, authenticating: message.aad.bytes)
      #expect(Array(opened) == message.pt.bytes)
    }
    for export in vector.exports {
      let value = try recipient.exportSecret(
        context: export.exporterContext.bytes, outputByteCount: export.length)
      #expect(value.withUnsafeBytes { Array($0) } == export.exportedValue.bytes)
    }
  }

  private func recipient(of vector: StandardVector) throws -> HPKE.Recipient {
    let aeads: [Int: HPKE.AEAD] = [1: .AES_GCM_128, 2: .AES_GCM_256, 3: .chaChaPoly]
    let suite = HPKE.Ciphersuite(
      kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256,
      aead: aeads[vector.aeadId] ?? .exportOnly)
    let key = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: vector.skRm.bytes)
    let sender = try vector.pkSm.map {
      try Curve25519.KeyAgreement.PublicKey(rawRepresentation: $0.bytes)
    }
    let (info, enc) = (Data(vector.info.bytes), Data(vector.enc.bytes))
    let psk = vector.psk.map { SymmetricKey(data: $0.bytes) }
    let pskID = Data(vector.pskId?.bytes ?? [])
    switch (psk, sender) {
    case (nil, nil):
      return try .init(privateKey: key, ciphersuite: suite, info: info, encapsulatedKey: enc)
    case (let psk?, nil):
      return try .init(
        privateKey: key, ciphersuite: suite, info: info, encapsulatedKey: enc,
        presharedKey: psk, presharedKeyIdentifier: pskID)
    case (nil, let sender?):
      return try .init(
        privateKey: key, ciphersuite: suite, info: info, encapsulatedKey: enc,
        authenticatedBy: sender)
    case (let psk?, let sender?):
      return try .init(
        privateKey: key, ciphersuite: suite, info: info, encapsulatedKey: enc,
        authenticatedBy: sender, presharedKey: psk, presharedKeyIdentifier: pskID)
    }
  }
}
