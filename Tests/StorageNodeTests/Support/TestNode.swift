import FreeholdTestKit
import Testing
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultPacking
import VaultPolicy
import VaultSync

@testable import StorageNode

/// A node on a simulated machine, and everything a client says to it.
final class TestNode {
  static let folder = DiskPath("/node")

  let medium: SimulatedDisk
  let clock = SimulatedClock()
  let key: SigningKey
  let capacityBytes: Int64
  private(set) var service: NodeService
  private let seed: UInt64

  init(seed: UInt64 = 1, capacityBytes: Int64 = 1 << 30, limits: NodeLimits = NodeLimits()) throws {
    self.seed = seed
    self.capacityBytes = capacityBytes
    medium = SimulatedDisk(seed: seed)
    var generator = SeededGenerator(seed: seed &+ 1_000)
    key = SigningKey.generate(using: &generator)
    service = try Self.makeService(
      medium: medium, clock: clock, key: key, capacityBytes: capacityBytes, limits: limits,
      seed: seed)
  }

  var did: DID { key.did }

  /// Starts the machine again: what was not durable is gone.
  func restart(limits: NodeLimits = NodeLimits()) throws {
    service = try Self.makeService(
      medium: medium, clock: clock, key: key, capacityBytes: capacityBytes, limits: limits,
      seed: seed)
  }

  private static func makeService(
    medium: SimulatedDisk, clock: SimulatedClock, key: SigningKey, capacityBytes: Int64,
    limits: NodeLimits, seed: UInt64
  ) throws -> NodeService {
    let environment = Environment(
      clock: clock, randomness: SeededRandomness(seed: seed), disk: medium.start(),
      network: NoNetwork())
    let record = try NodeRecord(
      NodeRecord.Facts(
        sequence: 1, addresses: ["https://node.example:7400"], publicKeyHash: .zero,
        certificate: [1, 2, 3], region: nil, operatorName: nil, notBeforeSeconds: 0,
        expiresSeconds: nil), by: key)
    return try NodeService(
      folder: folder, key: key, record: record, capacityBytes: capacityBytes, limits: limits,
      environment: environment)
  }

  // MARK: Requests

  /// A token that this node gave out for `quotaBytes`.
  func invite(quotaBytes: Int64 = 64 << 20, token: UInt8 = 1) throws -> [UInt8] {
    let secret = [UInt8](repeating: token, count: 16)
    try service.store.addInvitation(
      tokenHash: Hash.sha256(secret), quotaBytes: quotaBytes, at: clock.now())
    return secret
  }

  /// A signed request.
  func request(
    _ asked: VaultPolicy.Request, _ method: NodeRequest.Method, _ path: String, body: [UInt8] = [],
    of vault: inout TestVault, by device: TestDevice? = nil
  ) throws -> NodeRequest {
    NodeRequest(
      method: method, path: path,
      authorization: try vault.authorization(
        asked, body: body, by: device ?? vault.first, at: did, now: clock.now()),
      body: body)
  }

  func enrollment(
    _ vault: inout TestVault, token: [UInt8], policy: [[UInt8]]? = nil
  ) throws -> NodeRequest {
    let enrollment = try Enrollment(
      vault: vault.did, node: did, token: token, time: clock.now(), by: vault.first.keys.signing)
    let body = EnrollRequest(
      token: token, genesis: vault.genesis.bytes, policy: policy ?? vault.policy,
      enrollment: enrollment.bytes
    ).bytes
    return try request(.pushLog(scope: nil), .post, Endpoint.enroll, body: body, of: &vault)
  }

  /// Makes the vault a tenant.
  func enroll(_ vault: inout TestVault, quotaBytes: Int64 = 64 << 20, token: UInt8 = 1) throws {
    let secret = try invite(quotaBytes: quotaBytes, token: token)
    let answer = service.answer(try enrollment(&vault, token: secret))
    try #require(answer.status == 200, "\(answer.text)")
  }

  func push(
    _ message: PushRequest, of vault: inout TestVault, by device: TestDevice? = nil
  ) throws -> NodeResponse {
    let asked = VaultPolicy.Request.pushLog(scope: nil)
    return service.answer(
      try request(asked, .post, Endpoint.push, body: message.bytes, of: &vault, by: device))
  }

  func sync(
    _ message: SyncRequest, of vault: inout TestVault, by device: TestDevice? = nil
  ) throws -> SyncResponse {
    let asked = VaultPolicy.Request.pullHead(scope: nil)
    let answer = service.answer(
      try request(asked, .post, Endpoint.sync, body: message.bytes, of: &vault, by: device))
    try #require(answer.status == 200, "\(answer.text)")
    return try SyncResponse(decoding: answer.body)
  }

  /// The digests of the parts, as the node says them to somebody who knows nothing.
  func outline(of vault: inout TestVault) throws -> StateOutline {
    let answer = try sync(SyncRequest(digest: .zero), of: &vault)
    guard case .differs(let outline) = answer.content else { throw Unexpected() }
    return outline
  }

  /// What a client lacks that names these parts.
  func news(
    _ known: StateParts, most: Int = SyncLimits.entriesBytesWanted, of vault: inout TestVault,
    by device: TestDevice? = nil
  ) throws -> SyncNews {
    let request = SyncRequest(digest: .zero, known: known, entriesBytesMost: most)
    guard let news = try sync(request, of: &vault, by: device).news else { throw Unexpected() }
    return news
  }

  struct Unexpected: Error {}

  func put(
    _ bytes: [UInt8], of vault: inout TestVault, as name: ShardName? = nil
  ) throws -> NodeResponse {
    let shard = name ?? ShardName(of: bytes)
    return service.answer(
      try request(
        .pushBlob(shard: shard.root), .put, Endpoint.shard(shard), body: bytes, of: &vault))
  }

  func get(
    _ shard: ShardName, of vault: inout TestVault, range: String? = nil
  ) throws -> NodeResponse {
    var asked = try request(
      .pullBlob(shard: shard.root), .get, Endpoint.shard(shard), of: &vault)
    asked.range = range
    return service.answer(asked)
  }

  // MARK: Accounts

  /// Checks that the accounts are what rows and files say, and that no file is without a row.
  func checkAccounts(_ location: SourceLocation = #_sourceLocation) throws {
    for tenant in try service.store.tenants() {
      let counted = try service.store.countedBytes(of: tenant.id)
      #expect(tenant.usedBytes == counted, sourceLocation: location)
      var fileCount = 0
      try service.files.forEachFolder(in: tenant.vault) { found in
        fileCount += found.count
        let rows = try service.store.shardSizes(found.map(\.shard), of: tenant.id)
        let sizes = found.map { Int($0.sizeBytes) }
        #expect(rows == sizes, "files without their rows", sourceLocation: location)
      }
      #expect(tenant.shardCount == fileCount, "rows without files", sourceLocation: location)
    }
  }
}

extension NodeResponse {
  /// The refusal in the body.
  var refusal: VaultSync.Refusal? { try? VaultSync.Refusal(decoding: body) }

  /// The status and what was said, for failures.
  var text: String { "\(status) \(refusal?.code.rawValue ?? "") \(refusal?.message ?? "")" }
}
