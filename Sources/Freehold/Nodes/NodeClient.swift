import Synchronization
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultPolicy
import VaultSync

/// Asks one node on behalf of this device: signs each request, decodes each answer, counts bytes.
struct NodeClient: Sendable {
  /// The node.
  let node: DID
  /// What the owner calls it.
  let name: String
  /// Where it is reached.
  var url: String { peer.url }
  private let peer: NetworkPeer
  private let environment: Environment
  /// One for each grant of this device: the first whose command proves a request signs it.
  private let signers: [RequestSigner]
  /// The scope that is asked about; nil for the root folder's.
  private let scope: ScopeID?
  let meter: TrafficMeter
  private let clockOffset = NodeClockOffset()

  init(
    node: DID, name: String, record: NodeRecord, environment: Environment,
    signers: [RequestSigner], scope: ScopeID? = nil, meter: TrafficMeter, url: String? = nil
  ) {
    precondition(!signers.isEmpty, "somebody has to sign")
    self.node = node
    self.name = name
    self.environment = environment
    self.signers = signers
    self.scope = scope
    self.meter = meter
    peer = NetworkPeer(
      url: url ?? record.addresses[0], pin: .certificate(record.certificate), did: record.node)
  }

  private var subject: DID { signers[0].subject }

  /// The same, showing delegations that the node named; nil when they are none for this device.
  func showing(_ chain: [[UInt8]], key: SigningKey) -> NodeClient? {
    guard let signer = RequestSigner(subject: subject, node: node, showing: chain, key: key)
    else { return nil }
    return NodeClient(self, signers: [signer] + signers)
  }

  private init(_ other: NodeClient, signers: [RequestSigner]) {
    node = other.node
    name = other.name
    peer = other.peer
    environment = other.environment
    self.signers = signers
    scope = other.scope
    meter = other.meter
  }

  /// How long a small exchange may take.
  static let shortTimeout = Duration.seconds(30)
  /// How long a transfer of up to a pack may take.
  static let longTimeout = Duration.seconds(300)

  /// Takes up an invitation.
  func enroll(_ request: EnrollRequest) async throws -> EnrollResponse {
    let body = request.bytes
    let answer = try await send(
      "POST", Endpoint.enroll, .pushLog(scope: nil), body: body, withProofs: true,
      bytesMax: 1 << 20)
    return try EnrollResponse(decoding: answer.body)
  }

  /// Asks what is new.
  func sync(_ request: SyncRequest) async throws -> SyncResponse {
    let answer = try await send(
      "POST", Endpoint.sync, .pullHead(scope: scope), body: request.bytes,
      timeout: Self.longTimeout, bytesMax: SyncLimits.messageBytesMax)
    return try SyncResponse(decoding: answer.body)
  }

  /// Asks to be answered as soon as the node holds something else than `digest`, or when the time
  /// is over; what it holds then.
  func wait(
    for digest: Bytes32, secondsMost: Int = SyncLimits.waitSecondsMax
  ) async throws -> Bytes32 {
    let body = WaitRequest(digest: digest, secondsMost: secondsMost).bytes
    let answer = try await send(
      "POST", Endpoint.wait, .pullHead(scope: scope), body: body,
      timeout: .seconds(secondsMost) + Self.waitSlack, bytesMax: 1 << 16)
    return try WaitResponse(decoding: answer.body).digest
  }

  /// How much later than asked an answer about waiting may come.
  private static let waitSlack = Duration.seconds(8)

  /// Brings entries; returns the verified receipt.
  func push(_ request: PushRequest) async throws -> (PushResponse, PushReceipt) {
    let answer = try await send(
      "POST", Endpoint.push, .pushLog(scope: scope), body: request.bytes,
      timeout: Self.longTimeout, bytesMax: 1 << 20)
    let response = try PushResponse(decoding: answer.body)
    let receipt = try PushReceipt(verifying: response.receipt)
    guard receipt.node == node, receipt.vault == subject else {
      throw MessageError.field("the receipt is for somebody else")
    }
    return (response, receipt)
  }

  /// Stores a shard; returns the verified receipt's bytes.
  ///
  /// `digest` is the SHA-256 of the bytes when it is known already.
  func put(
    _ shard: ShardName, _ bytes: [UInt8], digest: Bytes32? = nil, isPiece: Bool = false
  ) async throws -> [UInt8] {
    let path = isPiece ? Endpoint.piece(shard) : Endpoint.shard(shard)
    let answer = try await send(
      "PUT", path, .pushBlob(shard: shard.root), body: bytes, digest: digest,
      contentType: "application/octet-stream", timeout: Self.longTimeout, bytesMax: 1 << 16)
    let receipt = try StoredReceipt(verifying: answer.body)
    guard receipt.node == node, receipt.vault == subject, receipt.shard == shard,
      receipt.sizeBytes == bytes.count
    else { throw MessageError.field("the receipt is for something else") }
    return receipt.bytes
  }

  /// Reads a shard, or a range of it.
  func get(_ shard: ShardName, range: Range<Int>?, bytesMax: Int) async throws -> [UInt8] {
    var headers: [(name: String, value: String)] = []
    if let range {
      headers.append((name: "Range", value: "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
    }
    let answer = try await send(
      "GET", Endpoint.shard(shard), .pullBlob(shard: shard.root), body: [], headers: headers,
      timeout: Self.longTimeout, bytesMax: bytesMax)
    if let range, answer.body.count != range.count {
      throw MessageError.field("the range has \(answer.body.count) bytes, not \(range.count)")
    }
    return answer.body
  }

  /// Asks which shards are there.
  func have(_ shards: [ShardName]) async throws -> [Int] {
    let answer = try await send(
      "POST", Endpoint.have, .pullBlob(shard: nil), body: HaveRequest(shards: shards).bytes,
      bytesMax: SyncLimits.messageBytesMax)
    let sizes = try HaveResponse(decoding: answer.body).sizes
    guard sizes.count == shards.count else { throw MessageError.field("sizes") }
    return sizes
  }

  /// The whole policy log of the vault, every signature checked.
  ///
  /// Throws `tampered` when it makes no sense, or lacks one of `heads`.
  func policyLog(heads: [CID] = []) async throws -> PolicyLog {
    do {
      return try await fetchPolicyLog(heads: heads)
    } catch let error as PolicyError {
      throw FreeholdError(.tampered, "the vault's policy makes no sense: \(error.sentence)")
    }
  }

  private func fetchPolicyLog(heads: [CID]) async throws -> PolicyLog {
    var log: PolicyLog?
    var count = 0
    while true {
      let answer = try await send(
        "GET", Endpoint.policy(after: count), .pullPolicy, body: [],
        bytesMax: SyncLimits.messageBytesMax)
      let part = try PolicyResponse(decoding: answer.body)
      var grown = try log ?? PolicyLog(genesis: try Genesis(decoding: part.genesis))
      for entry in part.entries { try grown.add(entry) }
      log = grown
      count += part.entries.count
      guard part.more, !part.entries.isEmpty else { break }
    }
    guard let log, log.vault == subject, log.waitingCount == 0,
      heads.allSatisfy({ log.contains($0) })
    else {
      throw FreeholdError(
        .tampered, "\(name) does not show the whole policy of the vault",
        hint: "try it with another node")
    }
    return log
  }

  /// Puts a message into a mailbox, or opens the mailbox with it.
  func putMail(_ bytes: [UInt8], _ number: MailboxNumber, _ slot: MailboxSlot) async throws {
    _ = try await send(
      "PUT", Endpoint.mailbox(number, slot), .link, body: bytes, bytesMax: 1 << 16)
  }

  /// Reads a message of a mailbox; nil before it came.
  func mail(_ number: MailboxNumber, _ slot: MailboxSlot) async throws -> [UInt8]? {
    let answer = try await send(
      "GET", Endpoint.mailbox(number, slot), .link, body: [],
      bytesMax: SyncLimits.mailboxMessageBytesMax)
    return answer.body.isEmpty ? nil : answer.body
  }

  /// Asks; once more with the node's time when only the clocks were apart.
  private func send(
    _ method: String, _ path: String, _ request: Request, body: [UInt8], digest: Bytes32? = nil,
    headers: [(name: String, value: String)] = [], contentType: String = "application/cbor",
    withProofs: Bool = false, timeout: Duration = shortTimeout, bytesMax: Int
  ) async throws -> NetworkResponse {
    var all = headers
    if !body.isEmpty { all.append((name: "Content-Type", value: contentType)) }
    let message = NetworkRequest(
      method: method, path: path, headers: all, body: body, responseBytesMax: bytesMax)
    let digest = digest ?? Hash.sha256(body)
    let signer = signers.first { $0.mayProve(request) } ?? signers[0]
    func sign(offset: Int64) throws -> RequestToken {
      var generator = environment.makeGenerator()
      return try signer.sign(
        request, bodyDigest: digest, bodyBytes: UInt64(body.count),
        now: environment.clock.now().advanced(byMilliseconds: offset), withProofs: withProofs,
        using: &generator)
    }
    let offset = clockOffset.milliseconds
    do {
      return try await exchange(message, try sign(offset: offset), timeout: timeout)
    } catch let refusal as VaultSync.Refusal where refusal.code == .unauthorized {
      let now = environment.clock.now()
      guard clockOffset.learn(node: refusal.time, own: now, used: offset) else { throw refusal }
      let token = try sign(offset: clockOffset.milliseconds)
      return try await exchange(message, token, timeout: timeout)
    }
  }

  private func exchange(
    _ message: NetworkRequest, _ token: RequestToken, timeout: Duration
  ) async throws -> NetworkResponse {
    var message = message
    message.headers.append((name: "Authorization", value: token.header))
    meter.sent(message)
    let answer = try await environment.network.exchange(message, with: peer, timeout: timeout)
    meter.received(answer)
    guard (200..<300).contains(answer.status) else { throw Self.refusal(answer) }
    return answer
  }

  /// What a node says when it does not do what it is asked.
  static func refusal(_ answer: NetworkResponse) -> any Error {
    if let refusal = try? Refusal(decoding: answer.body) { return refusal }
    return MessageError.field("the node answered with status \(answer.status)")
  }
}

extension RequestSigner {
  /// Whether the signer's grant is about such requests at all; the node judges its conditions.
  fileprivate func mayProve(_ request: Request) -> Bool {
    chain.last?.token.terms.command.proves(request.command) ?? true
  }
}

/// Counts what is sent and received over all nodes of one run.
final class TrafficMeter: Sendable {
  private let totals = Mutex((sent: 0, received: 0))

  /// Bytes sent so far: bodies, paths and headers.
  var sentBytes: Int { totals.withLock { $0.sent } }
  /// Bytes received so far.
  var receivedBytes: Int { totals.withLock { $0.received } }

  func sent(_ request: NetworkRequest) {
    let size =
      request.method.utf8.count + request.path.utf8.count + request.body.count
      + Self.size(request.headers)
    totals.withLock { $0.sent += size }
  }

  func received(_ response: NetworkResponse) {
    let size = response.body.count + Self.size(response.headers)
    totals.withLock { $0.received += size }
  }

  private static func size(_ headers: [(name: String, value: String)]) -> Int {
    headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
  }
}
