/// What this project asks of an invocation beyond UCAN.
///
/// docs/spec/requests.md, "Profile".
public enum RequestProfile {
  /// The longest life of an invocation.
  public static let lifetimeSecondsMax: Int64 = 300

  /// Reads the request of an invocation, or says which rule it breaks.
  public static func read(
    _ invocation: Invocation, now: Int64, skewSeconds: Int64 = UCANLimits.skewSeconds
  ) throws(UCANError) -> (request: Request, binding: RequestBinding) {
    let terms = invocation.terms
    guard terms.audience != nil, let issuedAt = terms.issuedAt, let expiresAt = terms.expiresAt
    else { throw UCANError(.invalidClaim, "a request needs aud, iat and exp") }
    // Times are within ±2^53, so nothing overflows.
    guard issuedAt <= expiresAt, expiresAt - issuedAt <= lifetimeSecondsMax else {
      throw UCANError(.invalidClaim, "a request lives for 300 seconds at most")
    }
    guard issuedAt <= now + skewSeconds else {
      throw UCANError(.tooEarly, "the request was issued at \(issuedAt), and it is \(now)")
    }
    return try RequestSchema.read(invocation)
  }
}
