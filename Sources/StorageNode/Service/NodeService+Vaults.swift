import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultPolicy
import VaultSync

extension NodeService {
  /// A request that was found in order.
  struct Admitted {
    let vault: DID
    let memory: VaultMemory
    let caller: VaultJudge.Caller
  }

  /// Checks who asks, for which vault, with which right, and that the body is the one signed for.
  func admit(_ request: NodeRequest, as wanted: VaultJudge.Wanted) throws -> Admitted {
    let asked = try invocation(of: request)
    let memory = try memory(of: asked.invocation.subject)
    let caller = try memory.judge.authorise(
      asked.token, wanted: wanted, body: .whole(request.body), at: now, by: did)
    try requireRecentWord(for: caller, memory.judge)
    try spend(for: asked.invocation.subject)
    return Admitted(vault: asked.invocation.subject, memory: memory, caller: caller)
  }

  /// Serves managers only, when the vault's owner has set how old a manager's word may be and none
  /// was here for so long: somebody may have been revoked of whom this node has not heard.
  private func requireRecentWord(
    for caller: VaultJudge.Caller, _ judge: VaultJudge
  ) throws {
    let moment = now.seconds
    guard !caller.isManager else {
      return withState { $0.managersSeen[judge.vault] = moment }
    }
    guard let most = judge.policyAgeSecondsMax else { return }
    let seen = withState { $0.managersSeen[judge.vault] }
    guard let seen, moment - seen <= Int64(clamping: most) else {
      throw NodeRefusal.refused(
        "nobody who manages the vault has been here for longer than its owner allows")
    }
  }

  /// Lets in whoever may push by the policy here, or by that policy and the entries that it brings.
  ///
  /// A device that was let in while this node was away could not tell it otherwise. Entries of the
  /// policy prove themselves; only a small body is looked into for them.
  func admitToPush(_ request: NodeRequest) throws -> Admitted {
    do {
      return try admit(request, as: .push)
    } catch let refusal as NodeRefusal where refusal.code == .unauthorized {
      guard request.body.count <= Self.introductionBytesMax else { throw refusal }
      let asked = try invocation(of: request)
      try VaultJudge.checkAddressee(asked.invocation, at: now, is: did)
      let vault = asked.invocation.subject
      var memory = try memory(of: vault)
      try spend(for: vault)
      let entries = try PushRequest(decoding: request.body).policy
      guard !entries.isEmpty else { throw refusal }
      _ = try memory.judge.add(entries)
      let caller = try memory.judge.authorise(
        asked.token, wanted: .push, body: .whole(request.body), at: now, by: did)
      try requireRecentWord(for: caller, memory.judge)
      return Admitted(vault: vault, memory: memory, caller: caller)
    }
  }

  private static let introductionBytesMax = 64 << 10

  /// Why a request would be refused whatever its body; nil when the body is worth reading.
  func refusal(beforeBodyOf request: NodeRequest) -> NodeRefusal? {
    do {
      let asked = try invocation(of: request)
      switch NodeRoute(request.method, request.path) {
      case .enroll: try VaultJudge.checkAddressee(asked.invocation, at: now, is: did)
      case .sync: try check(asked, as: .sync)
      case .have: try check(asked, as: .have)
      case .push: try check(asked, as: .push)
      case .putShard(let name), .putPiece(let name):
        try check(asked, as: .putShard(try shard(named: name).root))
      default: break
      }
      return nil
    } catch {
      return error as? NodeRefusal
    }
  }

  private func check(_ asked: Asked, as wanted: VaultJudge.Wanted) throws {
    _ = try memory(of: asked.invocation.subject).judge.authorise(
      asked.token, wanted: wanted, body: .unread, at: now, by: did)
  }

  /// An invocation as read from the Authorization header; nothing about it is checked yet.
  struct Asked {
    let token: RequestToken
    let invocation: Invocation
  }

  func invocation(of request: NodeRequest) throws -> Asked {
    guard let header = request.authorization else {
      throw NodeRefusal.unauthorized("the Authorization header is missing")
    }
    do {
      let token = try RequestToken(header: header)
      return Asked(token: token, invocation: try Invocation(decoding: token.invocation))
    } catch {
      throw NodeRefusal.unauthorized("\(error)")
    }
  }

  func spend(for vault: DID) throws {
    let wait = withState { $0.rates.take(for: vault, atMilliseconds: monotonicMilliseconds) }
    if let wait {
      throw NodeRefusal.slowDown(afterSeconds: wait, "too many requests for this vault")
    }
  }

  /// The time since some fixed moment, for rates.
  var monotonicMilliseconds: Int64 {
    let elapsed = environment.clock.monotonic().components
    return elapsed.seconds * 1_000 + elapsed.attoseconds / 1_000_000_000_000_000
  }

  /// The shard that a path names: 64 lower-case hexadecimal digits.
  func shard(named name: String) throws -> ShardName {
    guard name.utf8.count == 64, let root = Bytes32(hex: name), root.hex == name else {
      throw NodeRefusal.malformed("a shard's name is 64 lower-case hexadecimal digits")
    }
    return ShardName(root: root)
  }

  // MARK: Memory

  /// What is known of a tenant; throws `absent` for anybody else.
  func memory(of vault: DID) throws -> VaultMemory {
    if let known = withState({ $0.vaults.value(for: vault) }) { return known }
    return try vaultLocks.withLock(on: vault) { try memoryWhileLocked(of: vault) }
  }

  /// The same for a caller that holds the vault's lock.
  func memoryWhileLocked(of vault: DID) throws -> VaultMemory {
    if let known = withState({ $0.vaults.value(for: vault) }) { return known }
    guard let index = try store.index(of: vault) else {
      throw NodeRefusal.absent("this node does not store for that vault")
    }
    let entries = try store.policyEntries(of: index.tenant)
    let judge = try VaultJudge(genesis: index.genesis, restoring: entries)
    let memory = VaultMemory(index: index, judge: judge)
    withState { $0.vaults.set(memory, for: vault) }
    return memory
  }
}
