public import VaultCrypto
public import VaultEncoding

/// The delegations that somebody took back: a set that only grows.
///
/// docs/spec/ucan.md, "Revocation".
///
/// Who may take a link back is asked when a chain is validated: an issuer at or above it, or its
/// audience. So a revocation may come before what it revokes, and a stranger's has no effect.
public struct RevocationSet: Hashable, Sendable {
  /// The command of a revocation.
  public static let command = Command(known: "/ucan/revoke")

  private var revokers: [CID: Set<DID>] = [:]

  /// Nothing taken back.
  public init() {}

  /// Whether nothing was taken back.
  public var isEmpty: Bool { revokers.isEmpty }

  /// Adds a revocation: an invocation of `/ucan/revoke` with `{rev, pth?}`.
  ///
  /// Throws when it is none or not signed by its issuer.
  public mutating func add(_ bytes: [UInt8]) throws(UCANError) {
    try add(Verified(Invocation(decoding: bytes)))
  }

  /// Adds a revocation whose signature was checked.
  public mutating func add(_ invocation: Verified<Invocation>) throws(UCANError) {
    let arguments = invocation.token.terms.arguments
    guard invocation.token.command == Self.command,
      arguments.hasKeys(["rev"], optional: ["pth"]), let target = arguments["rev"]?.asLink,
      arguments["pth"] == nil || arguments["pth"]?.asLinks != nil
    else { throw UCANError(.malformedToken, "the invocation is not a revocation") }
    revokers[target, default: []].insert(invocation.token.issuer)
  }

  /// Whether somebody who may has taken back a link of the chain.
  func revokes(_ chain: [Verified<Delegation>]) -> Bool {
    guard !revokers.isEmpty else { return false }
    var issuers: Set<DID> = []
    for link in chain {
      issuers.insert(link.token.issuer)
      guard let revokers = revokers[link.token.cid] else { continue }
      if revokers.contains(link.token.audience) || !revokers.isDisjoint(with: issuers) {
        return true
      }
    }
    return false
  }

  /// Signs a revocation of a link; `path` names the chain that leads to it.
  public static func issue(
    revoking link: CID, path: [CID], subject: DID, by key: SigningKey
  ) throws(UCANError) -> Verified<Invocation> {
    let terms = Invocation.Terms(
      subject: subject, audience: nil, command: command,
      arguments: ["rev": .link(link), "pth": .array(path.map { .link($0) })],
      proofs: [], issuedAt: nil, expiresAt: nil)
    return try Invocation.issue(terms, nonce: [], by: key)
  }
}
