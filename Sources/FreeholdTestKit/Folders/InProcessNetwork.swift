public import StorageNode
import Synchronization
import VaultCrypto
public import VaultEncoding
public import VaultEnvironment
import VaultSync

/// Carries requests to nodes of the same process, at once and without faults.
///
/// A node can be cut off; what goes over the wire is counted.
public final class InProcessNetwork: Network {
  private struct State {
    var nodes: [DID: NodeService] = [:]
    var isCut: Set<DID> = []
    var requestPaths: [String] = []
    var lies: [DID: Lie] = [:]
  }

  /// What a node says in place of its answer.
  public typealias Lie = @Sendable (NodeRequest, NodeResponse) -> NodeResponse

  private let state = Mutex(State())

  /// A network without nodes.
  public init() {}

  /// Makes a node in memory, with a clock of its own, and connects it.
  public func addNode(seed: UInt64, clock: any VaultClock) throws -> NodeService {
    var generator = SeededGenerator(seed: seed)
    let key = SigningKey.generate(using: &generator)
    let environment = Environment(
      clock: clock, randomness: SeededRandomness(seed: seed &+ 1),
      disk: SimulatedDisk(seed: seed &+ 2).start(), network: NoNetwork())
    let record = try NodeRecord(
      NodeRecord.Facts(
        sequence: 1, addresses: ["https://node\(seed).example:7400"], publicKeyHash: .zero,
        certificate: generator.bytes(64), region: nil, operatorName: nil, notBeforeSeconds: 0,
        expiresSeconds: nil), by: key)
    let service = try NodeService(
      folder: DiskPath("/node"), key: key, record: record, capacityBytes: 1 << 34,
      environment: environment)
    state.withLock { $0.nodes[key.did] = service }
    return service
  }

  /// Cuts a node off, or connects it again.
  public func setCut(_ isCut: Bool, _ node: DID) {
    state.withLock { if isCut { $0.isCut.insert(node) } else { $0.isCut.remove(node) } }
  }

  /// Has a node lie, or be honest again.
  public func setLie(_ lie: Lie?, of node: DID) {
    state.withLock { $0.lies[node] = lie }
  }

  /// The paths of the requests since the last call.
  public func takeRequestPaths() -> [String] {
    state.withLock { state in
      defer { state.requestPaths = [] }
      return state.requestPaths
    }
  }

  /// Has the node answer.
  public func exchange(
    _ request: NetworkRequest, with peer: NetworkPeer, timeout: Duration
  ) async throws(NetworkError) -> NetworkResponse {
    let node = state.withLock { state -> NodeService? in
      state.requestPaths.append(request.path)
      return state.isCut.contains(peer.did) ? nil : state.nodes[peer.did]
    }
    guard let node, let asked = NodeRequest(request) else {
      throw NetworkError(.unreachable, peer: peer.did, "\(peer.url) refuses connections")
    }
    let honest = node.answer(asked)
    let lie = state.withLock { $0.lies[peer.did] }
    let answer = lie?(asked, honest) ?? honest
    guard answer.body.count <= request.responseBytesMax else {
      throw NetworkError(.answerTooLarge, peer: peer.did, "the answer is too long")
    }
    return NetworkResponse(answer)
  }
}
