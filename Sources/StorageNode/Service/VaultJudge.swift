import VaultCrypto
import VaultEncoding
import VaultPolicy

/// Who may do what in one vault, by its policy log.
///
/// The only file of the node that asks the policy; a value, so that a push judges a copy and throws
/// it away when it is refused.
struct VaultJudge: Sendable {
  private var log: PolicyLog
  private var state: PolicyState

  /// The vault.
  var vault: DID { log.vault }

  /// A judge of a vault of which only the beginning is known.
  init(genesis bytes: [UInt8]) throws {
    do {
      log = PolicyLog(genesis: try Genesis(decoding: bytes))
    } catch {
      throw Self.refusal(for: error)
    }
    state = log.state
  }

  /// A judge of entries that this node verified before and kept.
  init(genesis bytes: [UInt8], restoring entries: [[UInt8]]) throws {
    do {
      log = try PolicyLog(genesis: Genesis(decoding: bytes), restoring: entries)
    } catch {
      throw Self.refusal(for: error)
    }
    state = log.state
  }

  // MARK: The log

  /// Adds entries; those that are new, each after what it builds on.
  ///
  /// All must find what they build on, here or among the others: a node keeps nothing that it
  /// cannot judge.
  mutating func add(_ entries: [[UInt8]]) throws -> [(cid: CID, bytes: [UInt8])] {
    guard !entries.isEmpty else { return [] }
    var accepted: [CID] = []
    do {
      for bytes in entries {
        if case .accepted(let cids) = try log.add(bytes) { accepted += cids }
      }
    } catch {
      throw Self.refusal(for: error)
    }
    guard log.waitingCount == 0 else {
      throw NodeRefusal.gap("policy entries build on \(log.missing.count) that are not here")
    }
    guard !accepted.isEmpty else { return [] }
    state = log.state
    return accepted.compactMap { cid in log.entry(cid).map { (cid, $0.bytes) } }
  }

  /// The entries that no other builds on.
  var policyHeads: [CID] { log.heads }

  /// The entries that are neither heads of somebody's log nor what those build on, in an order in
  /// which they can be added.
  func policy(notUnder isHead: (CID) -> Bool) -> [[UInt8]] {
    log.entries(notUnder: isHead).map(\.bytes)
  }

  private static func refusal(for error: PolicyError) -> NodeRefusal {
    switch error.code {
    case .malformed: .malformed(error.sentence)
    case .otherVault, .invalidSignature: .mismatch(error.sentence)
    case .full: .tooLarge(error.sentence)
    default: .refused(error.sentence)
    }
  }

  // MARK: Devices

  /// How many entries of a device's feed in a scope may be stored.
  enum WriteLimit: Equatable {
    case unlimited
    case upTo(Int, chain: Bytes32)
    case nothing
  }

  /// How much of a device's feed may be stored: all while a grant of it holds, and what the
  /// revocations keep after that.
  ///
  /// Whether a grant is over by the clock is not asked: the entries may have been written before,
  /// and who brings them has a right of its own.
  func writeLimit(of device: DID, in scope: ScopeID) -> WriteLimit {
    if device == vault { return .unlimited }
    if state.grant(for: device, allowing: .pushLog(scope: scope)) != nil { return .unlimited }
    guard case .upTo(let limits) = state.operationLimit(of: device, in: scope),
      let limit = limits[scope],
      let count = Int(exactly: limit.count)
    else { return .nothing }
    return .upTo(count, chain: limit.chain)
  }

  /// The scope of the root folder; nil before the policy names one.
  var rootScope: ScopeID? { state.rootScope?.scope }

  /// How old a manager's word may be before only managers are served, in seconds; nil for any age.
  var policyAgeSecondsMax: UInt64? { state.settings.policyAgeSecondsMax }

  /// Whether a device has or had a part in the vault.
  func knows(_ device: DID) -> Bool {
    device == vault || !state.grants(to: device).isEmpty
  }

  // MARK: Requests

  /// What a verb of the protocol asks its invocation for.
  enum Wanted: Equatable {
    case sync
    case push
    case have
    case policy
    case link
    case getShard(Bytes32)
    case putShard(Bytes32)
  }

  /// The body that an invocation is checked against.
  enum Body {
    /// Not read yet.
    case unread
    case whole([UInt8])
  }

  /// Who asks, once that is settled.
  struct Caller {
    let device: DID
    let invocation: CID
    /// The scope whose heads are compared: the one that is asked about, else the root folder's.
    let headScope: ScopeID?
    private let allowance: Allowance

    fileprivate init(_ allowance: Allowance, rootScope: ScopeID?) {
      device = allowance.principal
      invocation = allowance.invocation
      headScope = allowance.request.scope ?? rootScope
      self.allowance = allowance
    }

    /// Whether it is root, or holds a grant with a rank.
    var isManager: Bool { allowance.rank != nil }

    /// Whether the request is about a scope and the caller's chain reaches it.
    func reaches(_ scope: ScopeID) -> Bool {
      (allowance.request.scope ?? scope) == scope && allowance.allows(scope: scope)
    }
  }

  /// Decides a request.
  ///
  /// A `wanted` of nil takes any, for a look before the body.
  func authorise(
    _ token: RequestToken, wanted: Wanted?, body: Body, at now: Timestamp, by node: DID
  ) throws -> Caller {
    var authorizer = Authorizer(me: node, cache: TokenCache(capacity: 16))
    let decision = authorizer.decide(
      token.invocation, proofs: token.proofs, state: state, now: now)
    let allowance: Allowance
    switch decision {
    case .allow(let found): allowance = found
    case .refuse(let refusal):
      var told = Self.refusal(for: refusal.code, refusal.sentence)
      told.chain = refusal.instead.map(\.token.envelope.bytes)
      throw told
    }
    if let wanted {
      guard Self.wanted(by: allowance.request) == wanted else {
        let command = allowance.request.command
        throw NodeRefusal.refused("the invocation is for \(command), which is not asked here")
      }
    }
    if case .whole(let bytes) = body {
      guard allowance.binding.sizeBytes == UInt64(bytes.count),
        allowance.binding.digest == Hash.sha256(bytes)
      else { throw NodeRefusal.mismatch("the body is not the one that was signed for") }
    }
    return Caller(allowance, rootScope: state.rootScope?.scope)
  }

  /// Checks what can be said of an invocation for a vault that is not known yet: that it is
  /// signed, for this node, and of now.
  static func checkAddressee(
    _ invocation: Invocation, at now: Timestamp, is node: DID
  ) throws {
    do {
      let verified = try Verified(invocation)
      guard verified.executor == node else {
        throw UCANError(.invalidAudience, "the invocation is for another node")
      }
      guard let expiresAt = verified.terms.expiresAt,
        now.seconds <= expiresAt + UCANLimits.skewSeconds
      else { throw UCANError(.expired, "the invocation is over") }
      _ = try RequestProfile.read(invocation, now: now.seconds)
    } catch let error as UCANError {
      throw Self.refusal(for: error.code, error.sentence)
    }
  }

  private static func wanted(by request: Request) -> Wanted? {
    switch request {
    case .pullHead: .sync
    case .pushLog: .push
    case .pullBlob(nil): .have
    case .pullPolicy: .policy
    case .link: .link
    case .pullBlob(let shard?): .getShard(shard)
    case .pushBlob(let shard): .putShard(shard)
    default: nil
    }
  }

  private static func refusal(for code: UCANError.Code, _ sentence: String) -> NodeRefusal {
    switch code {
    case .invalidSubject, .invalidCommand, .matchError, .revoked: .refused(sentence)
    default: .unauthorized("\(code.rawValue): \(sentence)")
    }
  }
}
