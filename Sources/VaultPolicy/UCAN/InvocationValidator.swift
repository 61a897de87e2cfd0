import VaultCrypto
public import VaultEncoding

/// Decides whether an invocation is allowed, in the order of docs/spec/ucan.md, "Validation".
///
/// A value: clock, proofs, revocations and the memory of seen invocations come in from outside,
/// and what was verified is kept in a cache that the caller owns.
public struct InvocationValidator: Sendable {
  /// Where a proof comes from.
  public enum Proof: Sendable {
    /// Bytes that somebody supplied: nothing about them is known.
    case supplied([UInt8])
    /// A delegation that was verified before, such as a grant of the policy log.
    case known(Verified<Delegation>)
  }

  /// Who I am: the audience of what I am asked.
  public var executor: DID
  /// The clock, in seconds since 1970.
  public var now: Int64
  /// How far clocks may differ.
  public var skewSeconds: Int64
  /// Delegations that were taken back.
  public var revocations: RevocationSet
  /// Finds a proof.
  public var proof: @Sendable (CID) -> Proof?
  /// What a project asks of an invocation before its conditions are looked at (steps 10 and 13).
  public var projectCheck: @Sendable (Invocation) throws(UCANError) -> Void
  /// Whether a link counts for reasons other than revocations: the policy log's (step 11).
  public var linkCheck: @Sendable (Verified<Delegation>) throws(UCANError) -> Void
  /// Whether the invocation was seen before (step 12).
  public var isReplay: @Sendable (Invocation) -> Bool

  /// A validator that finds no proof, knows no revocation and has seen nothing.
  public init(executor: DID, now: Int64, skewSeconds: Int64 = UCANLimits.skewSeconds) {
    self.executor = executor
    self.now = now
    self.skewSeconds = skewSeconds
    revocations = RevocationSet()
    proof = { _ in nil }
    projectCheck = { (_: Invocation) throws(UCANError) in }
    linkCheck = { (_: Verified<Delegation>) throws(UCANError) in }
    isReplay = { _ in false }
  }

  /// Checks an invocation; the error is the first rule that it breaks.
  public func validate(
    _ bytes: [UInt8], cache: inout TokenCache
  ) throws(UCANError) -> ValidatedInvocation {
    // Steps 1 and 2: shape and signature.
    let invocation = try cache.invocation(bytes).token
    try checkTimeAndAudience(of: invocation)
    let chain = try chain(of: invocation, cache: &cache)
    try Self.checkLinks(chain, of: invocation)
    try projectCheck(invocation)
    try Self.checkPolicies(chain, of: invocation)
    // Step 11: what was taken back.
    guard !revocations.revokes(chain) else {
      throw UCANError(.revoked, "a delegation of the chain was revoked")
    }
    for link in chain { try linkCheck(link) }
    // Step 12.
    guard !isReplay(invocation) else {
      throw UCANError(.replay, "the invocation was seen before")
    }
    return ValidatedInvocation(invocation: invocation, chain: chain)
  }

  /// Step 3.
  private func checkTimeAndAudience(of invocation: Invocation) throws(UCANError) {
    try checkTime(notBefore: nil, expiresAt: invocation.terms.expiresAt, of: "the invocation")
    guard invocation.executor == executor else {
      throw UCANError(.invalidAudience, "the invocation is for \(invocation.executor), not for me")
    }
  }

  /// Steps 4 to 6: the proofs, fetched, verified, and in time.
  private func chain(
    of invocation: Invocation, cache: inout TokenCache
  ) throws(UCANError) -> [Verified<Delegation>] {
    guard !invocation.proofs.isEmpty else {
      guard invocation.issuer == invocation.subject else {
        throw UCANError(.invalidClaim, "the invocation names no proof and is not by its subject")
      }
      return []
    }
    guard invocation.proofs.count <= UCANLimits.chainLinksMax else {
      throw UCANError(.malformedToken, "the chain has too many links")
    }
    let found = try invocation.proofs.map { cid throws(UCANError) in try fetch(cid) }
    var chain: [Verified<Delegation>] = []
    for (cid, proof) in zip(invocation.proofs, found) {
      switch proof {
      case .known(let delegation): chain.append(delegation)
      case .supplied(let bytes): chain.append(try cache.delegation(cid, bytes: bytes))
      }
    }
    for link in chain {
      let terms = link.token.terms
      try checkTime(notBefore: terms.notBefore, expiresAt: terms.expiresAt, of: "a delegation")
    }
    return chain
  }

  private func fetch(_ cid: CID) throws(UCANError) -> Proof {
    guard let proof = proof(cid) else {
      throw UCANError(.unavailableProof, "the proof \(cid) is missing")
    }
    if case .supplied(let bytes) = proof {
      guard bytes.count <= UCANLimits.delegationBytesMax else {
        throw UCANError(.malformedToken, "a delegation is too long")
      }
      guard CID.of(bytes, codec: .dagCBOR) == cid else {
        throw UCANError(.unavailableProof, "the bytes for \(cid) are not what it names")
      }
    }
    return proof
  }

  private func checkTime(
    notBefore: Int64?, expiresAt: Int64?, of what: String
  ) throws(UCANError) {
    // Times are within ±2^53, so neither side can overflow.
    if let expiresAt, now > expiresAt + skewSeconds {
      throw UCANError(.expired, "\(what) expired at \(expiresAt), and it is \(now)")
    }
    if let notBefore, now < notBefore - skewSeconds {
      throw UCANError(.tooEarly, "\(what) counts from \(notBefore), and it is \(now)")
    }
  }

  /// Steps 7 to 9: subject, hand-over, commands.
  private static func checkLinks(
    _ chain: [Verified<Delegation>], of invocation: Invocation
  ) throws(UCANError) {
    guard let first = chain.first?.token else { return }
    guard first.subject != nil else {
      throw UCANError(.invalidClaim, "the first delegation names no subject")
    }
    guard first.issuer == first.subject,
      chain.allSatisfy({ ($0.token.subject ?? invocation.subject) == invocation.subject })
    else { throw UCANError(.invalidSubject, "the chain is not about \(invocation.subject)") }
    var holder = first.issuer
    for link in chain {
      guard link.token.issuer == holder else {
        throw UCANError(.invalidAudience, "\(link.token.issuer) delegates what \(holder) holds")
      }
      holder = link.token.audience
    }
    guard invocation.issuer == holder else {
      throw UCANError(.invalidAudience, "\(invocation.issuer) uses what \(holder) holds")
    }
    var allowed = first.command
    for command in chain.dropFirst().map(\.token.command) + [invocation.command] {
      guard allowed.proves(command) else {
        throw UCANError(.invalidCommand, "\(allowed) does not allow \(command)")
      }
      allowed = command
    }
  }

  /// Step 10: every link's conditions, on the final arguments.
  private static func checkPolicies(
    _ chain: [Verified<Delegation>], of invocation: Invocation
  ) throws(UCANError) {
    for link in chain where !link.token.terms.policy.holds(for: invocation.arguments) {
      throw UCANError(.matchError, "the arguments break a condition of \(link.token.issuer)")
    }
  }
}
