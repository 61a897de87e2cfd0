import Synchronization
public import VaultCrypto
public import VaultEncoding
public import VaultEnvironment
import VaultStore
public import VaultSync

/// The verbs of a node (sync.md section 5) without a network: one request in, one answer out.
///
/// Synchronous, and deterministic in its environment. It may be called from several threads at
/// once: changes of one vault take turns, and everything that is acknowledged is on stable
/// storage. It never trusts a length, a name or a signature that it did not check.
public final class NodeService: Sendable {
  let environment: Environment
  let key: SigningKey
  let store: NodeStore
  let files: ShardFiles
  let limits: NodeLimits
  let capacityBytes: Int64
  let vaultLocks = StripedLocks()
  let shardLocks = StripedLocks()
  /// Those who wait for a change.
  let waitingRoom: WaitingRoom
  private let state: Mutex<State>
  private let folder: DiskPath
  private let report: @Sendable (any Error) -> Void

  /// What the service remembers between requests; all of it can be read again from the disk.
  struct State {
    var record: NodeRecord
    var vaults: RecentlyUsed<DID, VaultMemory>
    var rates: TokenBuckets<DID>
    /// Mailboxes and what strangers may ask of them: gone with the process, on purpose.
    var mailboxes: Mailboxes
    var strangers: TokenBuckets<Bool>
    /// When a manager of a vault was here last, in seconds; gone with the process, so that a
    /// restart never makes an old word a new one.
    var managersSeen: [DID: Int64] = [:]
    var usedBytes: Int64
    var isStopping = false
  }

  /// Who the node is.
  public var did: DID { key.did }

  /// Opens the index in `folder` and brings files and rows into line after a crash.
  ///
  /// Only the holder of the folder may make a service. `report` hears of failures of disk or
  /// database.
  public init(
    folder: DiskPath, key: SigningKey, record: NodeRecord, capacityBytes: Int64,
    limits: NodeLimits = NodeLimits(), environment: Environment,
    report: @escaping @Sendable (any Error) -> Void = { _ in }
  ) throws {
    let places = NodeFiles(folder: folder)
    self.environment = environment
    self.key = key
    self.folder = folder
    self.capacityBytes = capacityBytes
    self.limits = limits
    self.report = report
    waitingRoom = WaitingRoom(seatsMax: limits.waits, perVaultMax: limits.waitsPerVault)
    try environment.disk.makeFolder(places.vaults)
    store = try NodeStore(places.database, disk: environment.disk)
    files = ShardFiles(disk: environment.disk, vaults: places.vaults)
    state = Mutex(
      State(
        record: record, vaults: RecentlyUsed(countMax: limits.policiesInMemory),
        rates: TokenBuckets(rate: limits.vaultRequests, keysMax: limits.vaultsRated),
        mailboxes: Mailboxes(limits: limits.mailboxes),
        strangers: TokenBuckets(rate: limits.strangerRequests, keysMax: 1),
        usedBytes: try store.usedBytes()))
    try removeStrays()
  }

  /// Answers one request at once, also one that asks to wait.
  public func answer(_ request: NodeRequest) -> NodeResponse {
    do {
      return try respond(to: request)
    } catch {
      return response(toAny: error)
    }
  }

  /// Shows another record from now on.
  public func replace(record: NodeRecord) {
    state.withLock { $0.record = record }
  }

  /// Refuses changes from now on, so that clients go elsewhere.
  public func stop() {
    state.withLock { $0.isStopping = true }
  }

  private func respond(to request: NodeRequest) throws -> NodeResponse {
    switch NodeRoute(request.method, request.path) {
    case .record: .cbor(state.withLock { $0.record.bytes })
    case .enroll: try enroll(request)
    case .sync: try sync(request)
    case .wait: try wait(request)
    case .push: try push(request)
    case .putShard(let name): try putShard(named: name, request)
    case .putPiece(let name): try putShard(named: name, request, isPiece: true)
    case .getShard(let name): try getShard(named: name, request)
    case .have: try have(request)
    case .policy(let count): try policy(after: count, request)
    case .mailbox(_, let number, let slot): try mailbox(number, slot, request)
    case .alive: alive()
    case .ready: ready()
    case nil: throw NodeRefusal.absent("no such request")
    }
  }

  /// The node's clock.
  var now: Timestamp { environment.clock.now() }

  /// Reads or changes what is remembered.
  ///
  /// Never calls the disk or the database.
  func withState<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
    state.withLock { body(&$0) }
  }

  // MARK: Refusals

  /// The answer that tells a refusal, with the node's clock.
  func response(to refusal: NodeRefusal) -> NodeResponse {
    let body = Refusal(refusal.code, refusal.message, time: now, chain: refusal.chain)
    return NodeResponse(
      status: refusal.code.status, contentRange: refusal.contentRange,
      retryAfterSeconds: refusal.retryAfterSeconds, body: body.bytes)
  }

  /// The answer that tells an error.
  func response(toAny error: any Error) -> NodeResponse { response(to: refusal(for: error)) }

  /// What a client hears of an error: never a path or another tenant's business.
  private func refusal(for error: any Error) -> NodeRefusal {
    switch error {
    case let refusal as NodeRefusal:
      return refusal
    case let error as MessageError:
      return NodeRefusal(error, in: "the message")
    case let error as NodeStore.QuotaExceeded:
      return .quota(
        "the vault uses \(error.usedBytes) of \(error.quotaBytes) bytes"
          + " and \(error.neededBytes) more are needed")
    case is NodeStore.ReplayFound:
      return .unauthorized("this invocation was taken before: sign a new one")
    case let error as DiskError where error.code == .noSpace:
      report(error)
      return .stopping("the node's disk is full")
    case let error as StoreError where error.code == .noSpace:
      report(error)
      return .stopping("the node's disk is full")
    default:
      report(error)
      return .stopping("the node cannot read or write its data")
    }
  }

  // MARK: Checks before storing

  /// Refuses changes while the node drains or has no room for anybody.
  func requireRoom(for bytes: Int64) throws {
    let (isStopping, used) = state.withLock { ($0.isStopping, $0.usedBytes) }
    guard !isStopping else { throw NodeRefusal.stopping("the node is draining") }
    guard bytes <= capacityBytes - used else {
      throw NodeRefusal.stopping("the node has no room for \(bytes) bytes more")
    }
    let free = try environment.disk.freeBytes(in: folder)
    guard free >= limits.diskFreeBytesMin + UInt64(max(0, bytes)) else {
      throw NodeRefusal.stopping("the node's disk is nearly full")
    }
  }

  /// Remembers that all vaults together use so many bytes more.
  func count(_ bytes: Int64) {
    state.withLock { $0.usedBytes += bytes }
  }

  /// Where the disk is asked for its free space.
  func freeBytes() throws -> UInt64 { try environment.disk.freeBytes(in: folder) }
}
