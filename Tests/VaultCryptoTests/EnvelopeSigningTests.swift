import Testing
import VaultCrypto
import VaultEncoding

@Suite struct EnvelopeSigningTests {
  private let payload = CBORValue.map([("seq", .unsigned(7)), ("text", .text("hello"))])

  @Test func `a signed envelope is read back and verified`() throws {
    var generator = SeededGenerator(seed: 111)
    let key = SigningKey.generate(using: &generator)
    let envelope = try Envelope.signed(tag: "vault/head@1", payload: payload, by: key)
    let read = try Envelope(decoding: envelope.bytes)
    #expect(read == envelope)
    try read.verified(by: key.did)
    #expect(read.cid == CID.of(envelope.bytes, codec: .dagCBOR))
  }

  @Test func `another signer is refused`() throws {
    var generator = SeededGenerator(seed: 112)
    let key = SigningKey.generate(using: &generator)
    let other = SigningKey.generate(using: &generator)
    let envelope = try Envelope.signed(tag: "vault/head@1", payload: payload, by: key)
    #expect(throws: CryptoError(.signatureRefused, "")) { try envelope.verified(by: other.did) }
  }

  @Test func `no flipped bit leaves a verified envelope`() throws {
    var generator = SeededGenerator(seed: 113)
    let key = SigningKey.generate(using: &generator)
    let bytes = try Envelope.signed(tag: "vault/head@1", payload: payload, by: key).bytes
    for index in bytes.indices {
      for bit in 0..<8 {
        let changed = try? Envelope(decoding: flipping(bytes, at: index, bit: bit))
        guard let changed else { continue }
        #expect(throws: CryptoError(.signatureRefused, "")) { try changed.verified(by: key.did) }
      }
    }
  }

  @Test func `a payload under another tag does not carry the signature over`() throws {
    var generator = SeededGenerator(seed: 114)
    let key = SigningKey.generate(using: &generator)
    let head = try Envelope.signed(tag: "vault/head@1", payload: payload, by: key)
    let moved = try Envelope(
      signature: head.signature, tag: "vault/policy@1", payload: head.payload)
    #expect(throws: CryptoError(.signatureRefused, "")) { try moved.verified(by: key.did) }
  }

  @Test func `a tag that is none is refused`() throws {
    var generator = SeededGenerator(seed: 115)
    let key = SigningKey.generate(using: &generator)
    #expect(throws: CryptoError(.payloadRefused, "")) {
      try Envelope.signed(tag: "", payload: payload, by: key)
    }
  }
}
