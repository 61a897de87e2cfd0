/// Why text is no DID of ours.
public enum DIDError: Error, Hashable, Sendable {
  /// The text does not begin with `did:key:`.
  case otherMethod
  /// The key is not in base58btc.
  case otherBase
  /// A character is not of base58btc.
  case notBase58
  /// The key is not an Ed25519 public key.
  case otherKeyType
  /// The text or the key has the wrong length.
  case wrongLength
}
