import VaultEncoding

extension Envelope {
  /// Reads an envelope of one tag.
  static func ucan(_ bytes: [UInt8], tag: String, bytesMax: Int) throws(UCANError) -> Envelope {
    let limits = UCANLimits.cborLimits(bytesMax: bytesMax)
    let envelope: Envelope
    do {
      envelope = try Envelope(decoding: bytes, limits: limits)
    } catch .notASignature where hasBytesForSignature(bytes, limits: limits) {
      // The official vectors call a signature of another length invalid, not malformed.
      throw UCANError(.invalidSignature, "the signature does not have 64 bytes")
    } catch {
      throw UCANError(.malformedToken, "the bytes are no envelope")
    }
    guard envelope.tag == tag else {
      throw UCANError(.malformedToken, "the token is a \(envelope.tag), not a \(tag)")
    }
    return envelope
  }

  private static func hasBytesForSignature(_ bytes: [UInt8], limits: CBORLimits) -> Bool {
    (try? DAGCBOR.decode(bytes, limits: limits))?.asArray?.first?.asBytes != nil
  }
}
