import Testing
import VaultEncoding

@Suite struct EnvelopeTests {
  private let signature = [UInt8](repeating: 7, count: 64)
  private let payload = CBORValue.map([("time", .int(5)), ("vault", .did(DID(key: .zero)))])

  @Test func `an envelope comes back as it was and has the prefix of the format`() throws {
    let envelope = try Envelope(signature: signature, tag: "vault/head@1", payload: payload)
    #expect(envelope.bytes.starts(with: [0x82, 0x58, 0x40] + signature))
    #expect(
      Hex.encode(envelope.signedBytes).hasPrefix(
        "a26168" + "483401ed01ed011371" + "6c" + Hex.encode(Array("vault/head@1".utf8))))
    #expect(
      envelope.signedBytes == (try Envelope.bytesToSign(tag: "vault/head@1", payload: payload)))
    let decoded = try Envelope(decoding: envelope.bytes)
    #expect(decoded == envelope)
    #expect(decoded.payload == payload)
    #expect(decoded.signature == signature)
  }

  private func error(_ value: CBORValue) -> EnvelopeError? {
    do {
      _ = try Envelope(decoding: DAGCBOR.encode(value))
      return nil
    } catch {
      return error
    }
  }

  @Test func `every other shape is refused`() {
    let header = CBORValue.bytes(Envelope.header)
    let content = CBORValue.map([("h", header), ("vault/head@1", payload)])
    let signed = CBORValue.bytes(signature)
    #expect(error(.array([signed, content])) == nil)
    #expect(error(.array([signed, content, .null])) == .notAPair)
    #expect(error(.array([signed])) == .notAPair)
    #expect(error(content) == .notAPair)
    #expect(error(.array([.bytes(Array(signature.dropLast())), content])) == .notASignature)
    #expect(error(.array([.text("s"), content])) == .notASignature)
    #expect(error(.array([signed, .array([])])) == .notTwoKeys)
    #expect(error(.array([signed, .map([("h", header)])])) == .notTwoKeys)
    #expect(
      error(.array([signed, .map([("h", header), ("ab", .null), ("ac", .null)])])) == .notTwoKeys)
    #expect(error(.array([signed, .map([("k", header), ("ab", .null)])])) == .otherHeader)
    #expect(error(.array([signed, .map([("h", .null), ("ab", .null)])])) == .otherHeader)
    let es256 = CBORValue.bytes([0x34, 0x01, 0xec, 0x01, 0x80, 0x24, 0x12, 0x71])
    #expect(error(.array([signed, .map([("h", es256), ("ab", .null)])])) == .otherHeader)
    for tag in ["", "a", "Vault", "vault head", "vaült", String(repeating: "a", count: 65)] {
      #expect(error(.array([signed, .map([("h", header), (tag, .null)])])) == .invalidTag)
      #expect(throws: EnvelopeError.invalidTag) {
        try Envelope(signature: signature, tag: tag, payload: .null)
      }
    }
    #expect(throws: EnvelopeError.notASignature) {
      try Envelope(signature: [], tag: "vault/head@1", payload: .null)
    }
  }

  @Test func `every truncation and every flipped bit is refused or read as what it is`() throws {
    let bytes = try Envelope(signature: signature, tag: "vault/head@1", payload: payload).bytes
    for count in 0..<bytes.count {
      #expect(throws: EnvelopeError.self) { try Envelope(decoding: Array(bytes.prefix(count))) }
    }
    #expect(throws: EnvelopeError.encoding(CBORError(.trailingBytes, at: bytes.count))) {
      try Envelope(decoding: bytes + [0])
    }
    for position in bytes.indices {
      for bit in UInt8(0)..<8 {
        var changed = bytes
        changed[position] ^= 1 << bit
        guard let envelope = try? Envelope(decoding: changed) else { continue }
        let again = try Envelope(
          signature: envelope.signature, tag: envelope.tag, payload: envelope.payload)
        #expect(again.bytes == changed)
      }
    }
  }

  @Test func `limits hold for the whole envelope, and are exact`() throws {
    var generator = SeededGenerator.forTest()
    var refused = 0
    for _ in 0..<2_000 {
      let payload = ArbitraryValue.make(&generator)
      let bytes = try Envelope(signature: signature, tag: "vault/head@1", payload: payload).bytes
      let limits = CBORLimits(
        bytesMax: bytes.count - (generator.number(below: 20) == 0 ? 1 : 0),
        depthMax: generator.number(below: 8), itemsMax: generator.number(below: 40),
        integerMagnitudeMax: generator.number(below: 2) == 0 ? nil : generator.next() >> 11)
      // An envelope is a value of the format like any other.
      let isValue = (try? DAGCBOR.decode(bytes, limits: limits)) != nil
      #expect(((try? Envelope(decoding: bytes, limits: limits)) != nil) == isValue)
      if !isValue { refused += 1 }
    }
    #expect((500...1_500).contains(refused), "\(refused)")
  }
}
