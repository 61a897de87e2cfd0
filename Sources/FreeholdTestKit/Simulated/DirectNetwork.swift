public import StorageNode
import Synchronization
import VaultEncoding
public import VaultEnvironment

/// A network without wires: each request is answered at once by the node of its address.
///
/// Whoever sits on the line may be played: a `Meddler` sees every request and answer.
public final class DirectNetwork: Network {
  /// Changes a request, or the answer to it, on its way.
  public struct Meddler: Sendable {
    /// Sees a request before the node does.
    public var request: @Sendable (inout NodeRequest) -> Void = { _ in }
    /// Sees the answer to a request before the client does.
    public var answer: @Sendable (NodeRequest, inout NodeResponse) -> Void = { _, _ in }

    /// Changes nothing.
    public init() {}
  }

  private struct State {
    var nodes: [String: NodeService] = [:]
    var unreachable: Set<String> = []
    /// Somebody on the line to one node, or to all.
    var meddlers: [String?: Meddler] = [:]
    var requestCount = 0
  }

  private let state = Mutex(State())

  /// A network without nodes.
  public init() {}

  /// How many requests were answered.
  public var requestCount: Int { state.withLock { $0.requestCount } }

  /// Puts a node at an address, in place of the one there.
  public func put(_ node: NodeService, at url: String) { state.withLock { $0.nodes[url] = node } }

  /// Makes a node unreachable, or reachable again.
  public func setReachable(_ isReachable: Bool, _ url: String) {
    state.withLock {
      if isReachable { $0.unreachable.remove(url) } else { $0.unreachable.insert(url) }
    }
  }

  /// Puts somebody on the line to one node, or to all.
  public func meddle(_ meddler: Meddler, at url: String? = nil) {
    state.withLock { $0.meddlers[url] = meddler }
  }

  /// Answers a request.
  public func exchange(
    _ request: NetworkRequest, with peer: NetworkPeer, timeout: Duration
  ) async throws(NetworkError) -> NetworkResponse {
    let (node, meddler) = state.withLock { state in
      state.requestCount += 1
      return (
        state.unreachable.contains(peer.url) ? nil : state.nodes[peer.url],
        state.meddlers[peer.url] ?? state.meddlers[nil] ?? Meddler()
      )
    }
    guard let node, var asked = NodeRequest(request) else {
      throw NetworkError(.unreachable, peer: peer.did, "\(peer.url) refuses connections")
    }
    if peer.pin != .unknown, node.did != peer.did {
      throw NetworkError(.certificateRefused, peer: peer.did, "another certificate was shown")
    }
    meddler.request(&asked)
    var answer = node.answer(asked)
    meddler.answer(asked, &answer)
    guard answer.body.count <= request.responseBytesMax else {
      throw NetworkError(.answerTooLarge, peer: peer.did, "the answer is too long")
    }
    return NetworkResponse(answer)
  }
}
