import Foundation
import FreeholdTestKit
import StorageNode
import Synchronization
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultSync

@testable import Freehold

/// A real folder, a vault on a simulated disk, and nodes that answer in this process.
final class PushWorld {
  let folder: [UInt8]
  let medium = SimulatedDisk(seed: 1)
  let network = NodesInProcess()
  private(set) var vault: Vault
  private let randomness = SeededRandomness(seed: 2)

  /// A vault that is bound to an empty folder and has so many nodes.
  init(nodes: Int = 1) async throws {
    let path = NSTemporaryDirectory() + "/freehold-push-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    folder = Array(path.utf8)
    let home = Self.home(medium, network, randomness)
    vault = try await Vault.create(
      NewVault(name: "test", deviceName: "device", folder: folder), in: home, unlock: .unsealed
    ).vault
    for number in 0..<nodes {
      let invitation = try network.addNode(number)
      _ = try await vault.addNode(invitation, name: nil, region: nil, operatorName: nil)
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: String(decoding: folder, as: UTF8.self))
    removeRestored()
  }

  private static func home(
    _ medium: SimulatedDisk, _ network: NodesInProcess, _ randomness: SeededRandomness
  ) -> Home {
    Home(
      DiskPath("/home"),
      environment: Environment(
        clock: LiveClock(), randomness: randomness, disk: medium.start(), network: network))
  }

  /// Starts the machine anew: what was not durable is gone.
  func restart() throws {
    medium.faults = SimulatedFaults()
    vault = try Vault.open(
      vault.did, in: Self.home(medium, network, randomness), unlock: .unsealed)
  }

  func write(_ name: String, _ content: [UInt8]) throws {
    let path = String(decoding: folder, as: UTF8.self) + "/" + name
    try Data(content).write(to: URL(fileURLWithPath: path))
  }

  /// The content of a file as the vault gives it back.
  func read(_ name: String) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    try await vault.read(VaultPath([Array(name.utf8)])) { bytes += $0 }
    return bytes
  }

  /// What the vault restores, by name, and the report.
  func restore() async throws -> (report: RestoreReport, files: [String: [UInt8]]) {
    let target = String(decoding: folder, as: UTF8.self) + "-restored"
    let report = try await vault.restore([.root], to: Array(target.utf8))
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: target) {
      files[name] = try [UInt8](Data(contentsOf: URL(fileURLWithPath: target + "/" + name)))
    }
    return (report, files)
  }

  func removeRestored() {
    try? FileManager.default.removeItem(
      atPath: String(decoding: folder, as: UTF8.self) + "-restored")
  }

  /// The packs that lie in the outbox now.
  var outbox: [DiskPath] {
    medium.allFiles().map(\.path).filter { "\($0)".contains("/outbox/") }
  }
}

/// Nodes that answer in this process, or do not.
final class NodesInProcess: Network {
  private struct State {
    var nodes: [DID: NodeService] = [:]
    var order: [DID] = []
    var refusing: Set<Int> = []
    var lying: Set<Int> = []
    var putCount = 0
    var onPut: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  /// How many shards came to a node that took them.
  var putCount: Int { state.withLock { $0.putCount } }

  /// Which nodes take no shards.
  func refuse(_ nodes: Set<Int>) { state.withLock { $0.refusing = nodes } }

  /// Which nodes give wrong bytes for shards.
  func lie(_ nodes: Set<Int>) { state.withLock { $0.lying = nodes } }

  /// A node by its number.
  func node(_ number: Int) -> DID { state.withLock { $0.order[number] } }

  /// What happens before a shard is taken.
  func onPut(_ action: (@Sendable () -> Void)?) { state.withLock { $0.onPut = action } }

  func addNode(_ number: Int) throws -> Invitation {
    var generator = SeededGenerator(seed: UInt64(100 + number))
    let key = SigningKey.generate(using: &generator)
    let record = try NodeRecord(
      NodeRecord.Facts(
        sequence: 1, addresses: ["https://node\(number).example:7400"], publicKeyHash: .zero,
        certificate: generator.bytes(300), region: nil, operatorName: nil,
        notBeforeSeconds: 0, expiresSeconds: nil), by: key)
    let environment = Environment(
      clock: LiveClock(), randomness: SeededRandomness(seed: UInt64(200 + number)),
      disk: SimulatedDisk(seed: UInt64(300 + number)).start(), network: NoNetwork())
    let service = try NodeService(
      folder: DiskPath("/node"), key: key, record: record, capacityBytes: 1 << 34,
      environment: environment)
    state.withLock { state in
      state.nodes[key.did] = service
      state.order.append(key.did)
    }
    return try service.invite(quotaBytes: 1 << 30)
  }

  func exchange(
    _ request: NetworkRequest, with peer: NetworkPeer, timeout: Duration
  ) async throws(NetworkError) -> NetworkResponse {
    let isPut = request.method == "PUT"
    if isPut { state.withLock { $0.onPut }?() }
    if Task.isCancelled { throw NetworkError(.cancelled, peer: peer.did, "cancelled") }
    let service = state.withLock { state -> NodeService? in
      let isRefusing = state.refusing.contains { state.order[$0] == peer.did }
      guard !(isPut && isRefusing) else { return nil }
      if isPut { state.putCount += 1 }
      return state.nodes[peer.did]
    }
    guard let service, let asked = NodeRequest(request) else {
      throw NetworkError(.unreachable, peer: peer.did, "the node is away")
    }
    let answer = service.answer(asked)
    let isLying = state.withLock { state in
      state.lying.contains { state.order[$0] == peer.did }
    }
    let isShard = request.method == "GET" && request.path.contains("/shard/")
    return NetworkResponse(
      status: answer.status, body: isLying && isShard ? answer.body.map { $0 ^ 1 } : answer.body)
  }
}
