public import VaultEncoding

extension Envelope {
  /// The identifier of the whole envelope, signature included.
  public var cid: CID { CID.of(bytes, codec: .dagCBOR) }

  /// Signs a payload under a tag such as `vault/head@1`.
  ///
  /// Throws `payloadRefused` when the tag is not one.
  public static func signed(
    tag: String, payload: CBORValue, by key: SigningKey
  ) throws(CryptoError) -> Envelope {
    do {
      let signature = key.sign(try bytesToSign(tag: tag, payload: payload))
      return try Envelope(signature: signature, tag: tag, payload: payload)
    } catch {
      throw CryptoError(.payloadRefused, "the payload of \(tag) does not make an envelope")
    }
  }

  /// Checks that `did` signed this envelope; throws `signatureRefused` otherwise.
  @discardableResult
  public func verified(by did: DID) throws(CryptoError) -> Envelope {
    guard did.verifies(signature, over: signedBytes) else {
      throw CryptoError(.signatureRefused, "the signature of \(tag) is not one by \(did)")
    }
    return self
  }
}
