/// The network of a machine that is offline: every peer is unreachable.
public struct NoNetwork: Network {
  /// Makes a network that reaches nobody.
  public init() {}

  /// Fails: nobody is reachable.
  public func exchange(
    _ request: NetworkRequest, with peer: NetworkPeer, timeout: Duration
  ) async throws(NetworkError) -> NetworkResponse {
    throw NetworkError(.unreachable, peer: peer.did, "this machine is offline")
  }
}
