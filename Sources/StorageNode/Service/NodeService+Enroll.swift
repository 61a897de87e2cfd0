import VaultCrypto
import VaultEncoding
import VaultPolicy
import VaultSync

extension NodeService {
  /// `POST /v1/enroll`: a vault takes up an invitation.
  ///
  /// The request carries the policy log that it is judged by, so that a node needs to know nothing
  /// of a vault before.
  func enroll(_ request: NodeRequest) throws -> NodeResponse {
    let asked = try invocation(of: request)
    // Before anything is decoded: is it for this node, and of now?
    try VaultJudge.checkAddressee(asked.invocation, at: now, is: did)
    let message = try EnrollRequest(decoding: request.body)
    let enrollment = try statement { () throws(MessageError) in
      try Enrollment(verifying: message.enrollment)
    }
    let tokenHash = Hash.sha256(message.token)
    guard let invitation = try store.invitation(tokenHash: tokenHash) else {
      throw NodeRefusal.refused("this node did not give out that invitation")
    }
    var judge = try VaultJudge(genesis: message.genesis)
    let vault = judge.vault
    let policy = try judge.add(message.policy)
    let caller = try judge.authorise(
      asked.token, wanted: .push, body: .whole(request.body), at: now, by: did)
    guard enrollment.vault == vault, enrollment.node == did, enrollment.tokenHash == tokenHash,
      enrollment.device == caller.device, asked.invocation.subject == vault
    else {
      throw NodeRefusal.mismatch("the enrollment is not this vault's, this node's or this token's")
    }
    let policyBytes = policy.reduce(0) { $0 + $1.bytes.count }
    guard Int64(policyBytes) <= invitation.quotaBytes else {
      throw NodeRefusal.quota("the policy log alone has \(policyBytes) bytes")
    }
    try requireRoom(for: Int64(policyBytes))
    return try vaultLocks.withLock(on: vault) {
      guard try !store.isReplay(caller.invocation) else { throw NodeStore.ReplayFound() }
      return try redeem(message, judge: judge, policy: policy, caller: caller)
    }
  }

  private func redeem(
    _ message: EnrollRequest, judge: VaultJudge, policy: [(cid: CID, bytes: [UInt8])],
    caller: VaultJudge.Caller
  ) throws -> NodeResponse {
    let before = try store.tenant(judge.vault)?.usedBytes ?? 0
    let isTheirs = try store.enroll(
      NodeStore.Enrolling(
        vault: judge.vault, genesis: message.genesis, tokenHash: Hash.sha256(message.token),
        policy: policy, time: now,
        replay: NodeStore.Replay(
          cid: caller.invocation,
          // However the clock jumps, the invocation is over by then.
          untilSeconds: now.seconds + 2 * RequestProfile.lifetimeSecondsMax)))
    guard isTheirs, let tenant = try store.tenant(judge.vault) else {
      throw NodeRefusal.refused("another vault took up that invitation")
    }
    count(tenant.usedBytes - before)
    // Read again with the next request: the log on disk may have more entries than this one.
    withState { $0.vaults.remove(judge.vault) }
    let record = withState { $0.record.bytes }
    return .cbor(
      EnrollResponse(
        quotaBytes: Int(tenant.quotaBytes), usedBytes: Int(tenant.usedBytes), record: record
      ).bytes)
  }

  /// Runs the reading of a signed statement: what does not decode is malformed, and a wrong
  /// signature a mismatch.
  func statement<Value>(_ read: () throws(MessageError) -> Value) throws -> Value {
    do {
      return try read()
    } catch .field(let problem) where problem.contains("signature") {
      throw NodeRefusal.mismatch(problem)
    }
  }
}
