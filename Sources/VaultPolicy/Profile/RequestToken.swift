import VaultEncoding

/// An invocation with the proofs that come with it: the value of the `Authorization` header.
///
/// docs/spec/requests.md, "Token".
public struct RequestToken: Hashable, Sendable {
  /// The scheme of the header.
  public static let scheme = "UCAN"

  /// The invocation.
  public let invocation: [UInt8]
  /// Delegations that the node may not have.
  public let proofs: [[UInt8]]

  /// Joins an invocation and its proofs.
  public init(invocation: [UInt8], proofs: [[UInt8]]) {
    self.invocation = invocation
    self.proofs = proofs
  }

  /// Reads DAG-CBOR `[invocation, proof, …]`.
  public init(decoding bytes: [UInt8]) throws(UCANError) {
    let limits = UCANLimits.cborLimits(bytesMax: UCANLimits.containerBytesMax)
    let value = try? DAGCBOR.decode(bytes, limits: limits)
    guard let items = value?.asArray, (1...(1 + UCANLimits.chainLinksMax)).contains(items.count)
    else { throw UCANError(.malformedToken, "the token is not a list of bytes") }
    let parts = items.compactMap(\.asBytes)
    guard parts.count == items.count else {
      throw UCANError(.malformedToken, "the token is not a list of bytes")
    }
    self.init(invocation: parts[0], proofs: Array(parts.dropFirst()))
  }

  /// Reads the header's value, `UCAN <base64url>`.
  public init(header: String) throws(UCANError) {
    // Four characters hold three bytes; the scheme and a space come first.
    let textMax = Self.scheme.utf8.count + 1 + UCANLimits.containerBytesMax / 3 * 4 + 4
    let prefix = Self.scheme + " "
    guard header.utf8.count <= textMax, header.utf8.starts(with: prefix.utf8) else {
      throw UCANError(.malformedToken, "the header does not begin with UCAN, or is too long")
    }
    let text = String(decoding: header.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    guard let bytes = try? Multibase.decode("u" + text) else {
      throw UCANError(.malformedToken, "the header is not base64url")
    }
    try self.init(decoding: bytes)
  }

  /// DAG-CBOR `[invocation, proof, …]`.
  public var bytes: [UInt8] {
    DAGCBOR.encode(.array(([invocation] + proofs).map { .bytes($0) }))
  }

  /// The header's value.
  public var header: String {
    Self.scheme + " " + String(Multibase.encode(bytes, as: .base64url).dropFirst())
  }
}
