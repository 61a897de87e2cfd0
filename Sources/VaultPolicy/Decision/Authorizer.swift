import VaultCrypto
public import VaultEncoding

/// Decides requests by the policy log: on nodes, on devices and in the simulator alike.
///
/// docs/spec/requests.md, "Decision".
///
/// Grants of the log were verified when they were added, so a decision costs one signature, that
/// of the invocation.
public struct Authorizer: Sendable {
  /// Who decides: the audience of what it is asked.
  public let me: DID
  private var cache: TokenCache

  /// An authorizer for one node or device.
  public init(me: DID, cache: TokenCache = TokenCache()) {
    self.me = me
    self.cache = cache
  }

  /// Decides an invocation.
  ///
  /// `isReplay` is asked only for requests that must not be done twice, with the last second for
  /// which the invocation has to be remembered; it records what it is asked about. Whether the
  /// body has the digest and size of the invocation is for who receives the body to check.
  public mutating func decide(
    _ invocation: [UInt8], proofs: [[UInt8]], state: PolicyState, now: Timestamp,
    isReplay: (CID, Int64) -> Bool = { _, _ in false }
  ) -> Decision {
    do {
      let allowance = try allow(invocation, proofs: proofs, state: state, now: now.seconds)
      guard allowance.request.isIdempotent || !isReplay(allowance.invocation, allowance.until)
      else { throw UCANError(.replay, "the invocation was seen before") }
      return .allow(allowance)
    } catch let error as UCANError {
      return .refuse(
        refusal(for: error, invocation: invocation, proofs: proofs, state: state, now: now))
    } catch {
      return .refuse(Refusal(code: .malformedToken, sentence: "the invocation is refused"))
    }
  }

  private mutating func allow(
    _ bytes: [UInt8], proofs: [[UInt8]], state: PolicyState, now: Int64
  ) throws(UCANError) -> Allowance {
    var validator = InvocationValidator(executor: me, now: now)
    let supplied = Self.byName(proofs)
    validator.proof = { cid in
      if let known = state.delegation(cid) { return .known(known) }
      return supplied[cid].map { .supplied($0) }
    }
    validator.projectCheck = { (invocation: Invocation) throws(UCANError) in
      let request = try RequestProfile.read(invocation, now: now).request
      try Self.checkSubject(of: invocation, request: request, vault: state.vault)
    }
    validator.linkCheck = { (link: Verified<Delegation>) throws(UCANError) in
      try state.checkStanding(of: link)
    }
    let valid = try validator.validate(bytes, cache: &cache)
    // Read twice rather than carried out of a closure: it costs a microsecond.
    let (request, binding) = try RequestProfile.read(valid.invocation, now: now)
    let allowance = Allowance(valid, request: request, binding: binding, state: state)
    guard request.isAboutHost || valid.chain.isEmpty || allowance.links.first?.grant != nil else {
      throw UCANError(.unavailableProof, "the chain does not begin with a grant of the log")
    }
    return allowance
  }

  /// The vault answers for what is in it, the node for what it hosts.
  private static func checkSubject(
    of invocation: Invocation, request: Request, vault: DID
  ) throws(UCANError) {
    let expected = request.isAboutHost ? invocation.executor : vault
    guard invocation.subject == expected else {
      throw UCANError(.invalidSubject, "\(request.command) is about \(expected)")
    }
  }

  private static func byName(_ proofs: [[UInt8]]) -> [CID: [UInt8]] {
    var named: [CID: [UInt8]] = [:]
    for proof in proofs.prefix(UCANLimits.chainLinksMax)
    where proof.count <= UCANLimits.delegationBytesMax {
      named[CID.of(proof, codec: .dagCBOR)] = proof
    }
    return named
  }

  /// Says which proofs are missing, so that the client can send them along, or which chain holds in
  /// place of one that was revoked: who asks may not have heard that it was let in anew.
  private func refusal(
    for error: UCANError, invocation: [UInt8], proofs: [[UInt8]], state: PolicyState,
    now: Timestamp
  ) -> Refusal {
    let plain = Refusal(code: error.code, sentence: error.sentence)
    guard let invocation = try? Invocation(decoding: invocation) else { return plain }
    switch error.code {
    case .unavailableProof:
      let supplied = Self.byName(proofs)
      let missing = invocation.proofs.filter { state.delegation($0) == nil && supplied[$0] == nil }
      return Refusal(code: error.code, sentence: error.sentence, missing: missing)
    case .revoked:
      // The signature was checked before the chain: this is who asks.
      guard let request = try? RequestProfile.read(invocation, now: now.seconds).request,
        let chain = state.chain(for: invocation.issuer, allowing: request, at: now)
      else { return plain }
      return Refusal(code: error.code, sentence: error.sentence, instead: chain)
    default: return plain
    }
  }
}
