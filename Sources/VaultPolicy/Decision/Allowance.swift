public import VaultEncoding

/// What may be done, by whom, and why.
public struct Allowance: Sendable {
  /// One delegation of the chain, for an explanation.
  public struct Link: Hashable, Sendable {
    /// Who lets.
    public let issuer: DID
    /// Whom.
    public let audience: DID
    /// Do what.
    public let command: Command
    /// Under how many conditions.
    public let conditionCount: Int
    /// Until when; nil is for ever.
    public let expiresAt: Int64?
    /// The entry of the log that gave it; nil for a delegation off the log.
    public let grant: CID?
    /// The rank that it gave; nil for who is no manager.
    public let rank: UInt64?

    /// The link in words.
    public var sentence: String {
      var sentence = "\(issuer) lets \(audience) do \(command)"
      if conditionCount > 0 { sentence += " under \(conditionCount) conditions" }
      if let expiresAt { sentence += " until \(expiresAt)" }
      if let rank { sentence += " with rank \(rank)" }
      return sentence + (grant.map { ", by the grant \($0)" } ?? ", not in the log")
    }
  }

  /// Who asks.
  public let principal: DID
  /// What is asked.
  public let request: Request
  /// The body that it is asked with.
  public let binding: RequestBinding
  /// What allows it, root's own link first; empty when root or the host itself asks.
  public let links: [Link]
  /// The invocation.
  public let invocation: CID
  /// For how long the invocation has to be remembered, where it must not be done twice.
  let until: Int64
  private let chain: [Verified<Delegation>]

  init(
    _ valid: ValidatedInvocation, request: Request, binding: RequestBinding, state: PolicyState
  ) {
    principal = valid.invocation.issuer
    self.request = request
    self.binding = binding
    chain = valid.chain
    links = valid.chain.map { link in
      let terms = link.token.terms
      let record = state.grants(carrying: link.token.cid).first(where: \.isLive)
      return Link(
        issuer: link.token.issuer, audience: terms.audience, command: terms.command,
        conditionCount: terms.policy.statements.count, expiresAt: terms.expiresAt,
        grant: record?.entry, rank: record?.rank)
    }
    invocation = valid.invocation.cid
    until = (valid.invocation.terms.expiresAt ?? 0) + UCANLimits.skewSeconds
  }

  /// The entries of the log that allow it, root's own first.
  public var grants: [CID] { links.compactMap(\.grant) }

  /// The rank of who asks, if a manager or root (0) does.
  public var rank: UInt64? { links.isEmpty ? 0 : links.last?.rank }

  /// Whether the same chain allows a scope: what a request for all scopes may be answered with.
  public func allows(scope: ScopeID) -> Bool {
    let asked: Request =
      switch request {
      case .pullHead: .pullHead(scope: scope)
      case .pushHead: .pushHead(scope: scope)
      case .pushLog: .pushLog(scope: scope)
      default: .pullLog(scope: scope)
      }
    return chain.allow(asked, now: nil)
  }

  /// Why it may be done, link by link.
  public var explanation: [String] {
    links.isEmpty ? ["\(principal) answers for it itself"] : links.map(\.sentence)
  }
}
