/// Carries one request to one peer and brings back its answer.
///
/// It checks the peer's certificate against the pin, keeps to the limit on the answer's size,
/// follows no redirect, and never retries: whether a request may be repeated is the caller's to
/// know.
public protocol Network: Sendable {
  /// Sends a request and waits for the whole answer.
  ///
  /// An answer of any status is an answer; an error means that there was none, or none from this
  /// peer.
  func exchange(
    _ request: NetworkRequest, with peer: NetworkPeer, timeout: Duration
  ) async throws(NetworkError) -> NetworkResponse
}
