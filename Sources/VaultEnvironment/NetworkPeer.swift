public import VaultEncoding

/// Whom to reach, and how to know that it is them.
public struct NetworkPeer: Hashable, Sendable {
  /// What the peer's certificate is compared with.
  public enum Pin: Hashable, Sendable {
    /// The whole certificate, as DER.
    case certificate([UInt8])
    /// SHA-256 of the certificate's SubjectPublicKeyInfo, as DER.
    case publicKey(Bytes32)
    /// Any: nothing is known of the peer yet, and nothing that it says is believed unproved.
    case unknown
  }

  /// The base address, such as `https://nas.example.org:8443`.
  public let url: String
  /// What the certificate must be.
  public let pin: Pin
  /// The identity that signed the record with this address and pin.
  public let did: DID

  /// Somebody of whom only the address is known, to be asked who it is.
  ///
  /// The DID is nobody's.
  public init(unknownAt url: String) {
    self.init(url: url, pin: .unknown, did: DID(key: .zero))
  }

  /// Names a peer by its address, pin and identity.
  public init(url: String, pin: Pin, did: DID) {
    self.url = url
    self.pin = pin
    self.did = did
  }
}
