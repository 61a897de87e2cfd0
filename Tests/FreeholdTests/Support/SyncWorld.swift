import FreeholdTestKit
import StorageNode
import Synchronization
import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultSync

@testable import Freehold

/// One vault on several devices without folders, and nodes in the same process: every message is
/// written down.
final class SyncWorld {
  let wire = RecordingWire()
  private(set) var nodes: [NodeService] = []
  private(set) var devices: [Vault] = []
  private var homes: [Home] = []
  let clock = SimulatedClock()
  private let seed: UInt64

  init(devices count: Int, nodes nodeCount: Int = 1, seed: UInt64 = 1) async throws {
    self.seed = seed
    for number in 0..<nodeCount { try makeNode(number) }
    let home = makeHome()
    let new = NewVault(name: "papers", deviceName: "device 0", folder: [])
    let (vault, _) = try await Vault.create(new, in: home, unlock: .unsealed)
    devices.append(vault)
    for node in nodes {
      _ = try await vault.addNode(
        try node.invite(quotaBytes: 1 << 32), name: nil, region: nil, operatorName: nil)
    }
    try await sync(0)
    for _ in 1..<count { try await join() }
  }

  private func makeNode(_ number: Int) throws {
    var generator = SeededGenerator(seed: seed &* 1_000 &+ UInt64(number))
    let key = SigningKey.generate(using: &generator)
    let record = try NodeRecord(
      NodeRecord.Facts(
        sequence: 1, addresses: ["https://node\(number).example:7400"], publicKeyHash: .zero,
        certificate: generator.bytes(300), region: nil, operatorName: nil,
        notBeforeSeconds: 0, expiresSeconds: nil), by: key)
    let medium = SimulatedDisk(seed: seed)
    let environment = Environment(
      clock: clock, randomness: SeededRandomness(seed: generator.next()), disk: medium.start(),
      network: NoNetwork())
    let service = try NodeService(
      folder: DiskPath("/node"), key: key, record: record, capacityBytes: 1 << 40,
      environment: environment)
    nodes.append(service)
    wire.put(service)
  }

  private func makeHome() -> Home {
    let number = UInt64(homes.count)
    let environment = Environment(
      clock: clock, randomness: SeededRandomness(seed: seed &* 100 &+ number &+ 7),
      disk: SimulatedDisk(seed: seed &* 10 &+ number).start(), network: wire)
    let home = Home(DiskPath("/home"), environment: environment)
    homes.append(home)
    return home
  }

  /// Lets another device in; it has not synced yet.
  @discardableResult
  func join() async throws -> Vault {
    let home = makeHome()
    let (did, kem) = try home.makeDevice(.unsealed)
    let admission = try await devices[0].admit(did, kem: kem)
    try await sync(0)
    let vault = try Vault.join(
      try Admission(decoding: admission.bytes), deviceName: "device \(devices.count)",
      folder: [], in: home, unlock: .unsealed)
    devices.append(vault)
    return vault
  }

  /// Starts a device's program again.
  func reopen(_ number: Int) async throws {
    let did = devices[number].did
    try await devices[number].close()
    devices[number] = try Vault.open(did, in: homes[number], unlock: .unsealed)
  }

  @discardableResult
  func sync(_ number: Int) async throws -> SyncReport {
    clock.advance(by: .seconds(60))
    return try await devices[number].sync()
  }

  /// Syncs all devices in turn until nothing more is sent but the one question to each node.
  func comeTogether() async throws {
    for _ in 1...8 {
      wire.forget()
      for number in devices.indices { try await sync(number) }
      if wire.exchanges.count == devices.count * nodes.count { return }
    }
    throw NotQuiet(exchanges: wire.exchanges.map(\.path))
  }

  struct NotQuiet: Error { let exchanges: [String] }

  /// Writes a file on a device.
  func write(_ name: String, _ text: String, on number: Int) async throws {
    try await devices[number].write(VaultPath([Array(name.utf8)]), bytes: Array(text.utf8))
  }

  /// Makes a folder on a device: an entry without content.
  func makeFolder(_ name: String, on number: Int) async throws {
    try await devices[number].makeFolder(VaultPath([Array(name.utf8)]))
  }

  /// What a node shows of all scopes, when it is asked by nobody in particular.
  func shown(by number: Int) -> StateParts {
    let last = wire.exchanges.last {
      $0.node == nodes[number].did && $0.path == Endpoint.sync
        && (try? SyncRequest(decoding: $0.sent))?.known != nil
    }
    return (last.flatMap { try? SyncResponse(decoding: $0.received) })?.news?.shown ?? StateParts()
  }

  /// The digests of all devices' trees; one when they are alike.
  func treeDigests() async -> Set<Bytes32> {
    var digests: Set<Bytes32> = []
    for device in devices { digests.insert(await device.treeDigest()) }
    return digests
  }
}

extension Vault {
  /// Makes folders in one batch.
  func makeFolders(_ names: [String]) throws {
    try commit { draft in
      for name in names { _ = try draft.create(.folder, in: .root, named: Array(name.utf8)) }
    }
  }

  /// Moves a folder of the first of two places to the other and back, in batches of moves.
  func moveAround(_ name: String, between places: [String], times: Int, batch: Int) throws {
    let targets = try places.map { try find(VaultPath([Array($0.utf8)]), in: tree) }
    let home = VaultPath([Array(places[0].utf8), Array(name.utf8)])
    let object = try find(home, in: tree)
    for first in stride(from: 0, to: times, by: batch) {
      try commit { draft in
        for step in first..<min(first + batch, times) {
          try draft.move(object, to: targets[(step + 1) % 2])
        }
      }
    }
  }
}

/// Hands requests to nodes at once, and writes down what was sent.
final class RecordingWire: Network {
  struct Exchange: Sendable {
    let node: DID
    let method: String
    let path: String
    let sent: [UInt8]
    let status: Int
    let received: [UInt8]

    /// Bytes of both bodies.
    var bytes: Int { sent.count + received.count }
  }

  typealias Answer = @Sendable (NodeRequest, NodeService) -> NodeResponse

  private struct State {
    var nodes: [DID: NodeService] = [:]
    var exchanges: [Exchange] = []
    var down: Set<DID> = []
    var answers: [DID: Answer] = [:]
  }

  private let state = Mutex(State())

  /// Everything since the last `forget`.
  var exchanges: [Exchange] { state.withLock { $0.exchanges } }

  /// Bytes of all bodies since the last `forget`.
  var bytes: Int { exchanges.reduce(0) { $0 + $1.bytes } }

  func put(_ node: NodeService) { state.withLock { $0.nodes[node.did] = node } }

  func forget() { state.withLock { $0.exchanges = [] } }

  func setDown(_ isDown: Bool, _ node: NodeService) {
    state.withLock { state in
      if isDown { state.down.insert(node.did) } else { state.down.remove(node.did) }
    }
  }

  /// Puts something before a node, or takes it away.
  func answer(for node: NodeService, _ answer: Answer?) {
    state.withLock { $0.answers[node.did] = answer }
  }

  func exchange(
    _ request: NetworkRequest, with peer: NetworkPeer, timeout: Duration
  ) async throws(NetworkError) -> NetworkResponse {
    let (node, isDown, answer) = state.withLock { state in
      (state.nodes[peer.did], state.down.contains(peer.did), state.answers[peer.did])
    }
    guard let node, !isDown, let asked = NodeRequest(request) else {
      throw NetworkError(.unreachable, peer: peer.did, "\(peer.url) refuses connections")
    }
    let response = answer?(asked, node) ?? node.answer(asked)
    let exchange = Exchange(
      node: peer.did, method: request.method, path: request.path, sent: request.body,
      status: response.status, received: response.body)
    state.withLock { $0.exchanges.append(exchange) }
    return NetworkResponse(response)
  }
}
