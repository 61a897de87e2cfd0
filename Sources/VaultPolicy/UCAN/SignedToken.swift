import VaultCrypto
public import VaultEncoding

/// A delegation or an invocation: an envelope whose payload names its signer.
public protocol SignedToken: Hashable, Sendable {
  /// Reads a token; verifies no signature.
  init(decoding bytes: [UInt8]) throws(UCANError)
  /// Who must have signed.
  var issuer: DID { get }
  /// The signed bytes and the signature.
  var envelope: Envelope { get }
  /// Names the token: the CID of its bytes.
  var cid: CID { get }
}

/// A token whose signature was found good: only checking or signing makes one.
@dynamicMemberLookup
public struct Verified<Token: SignedToken>: Hashable, Sendable {
  /// The token.
  public let token: Token

  /// Checks the signature.
  public init(_ token: Token) throws(UCANError) {
    guard token.issuer.verifies(token.envelope.signature, over: token.envelope.signedBytes) else {
      throw UCANError(.invalidSignature, "a token is not signed by its issuer")
    }
    self.token = token
  }

  /// Takes a token that was just signed, or that this program verified before and kept.
  init(trusting token: Token) {
    self.token = token
  }

  /// A field of the token.
  public subscript<Value>(dynamicMember path: KeyPath<Token, Value>) -> Value {
    token[keyPath: path]
  }
}
