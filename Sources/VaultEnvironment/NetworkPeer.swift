public import VaultEncoding

/// Whom to reach, and how to know that it is them.
public struct NetworkPeer: Hashable, Sendable {
  /// What the peer's certificate is compared with.
  public enum Pin: Hashable, Sendable {
    /// The whole certificate, as DER.
    case certificate([UInt8])
    /// SHA-256 of the certificate's SubjectPublicKeyInfo, as DER.
    case publicKey(Bytes32)
  }

  /// The base address, such as `https://nas.example.org:8443`.
  public let url: String
  /// What the certificate must be.
  public let pin: Pin
  /// The identity that signed the record with this address and pin.
  public let did: DID

  /// Names a peer by its address, pin and identity.
  public init(url: String, pin: Pin, did: DID) {
    self.url = url
    self.pin = pin
    self.did = did
  }
}
