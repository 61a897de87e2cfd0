import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization
import VaultCrypto
import VaultEncoding
public import VaultEnvironment

/// Reaches nodes over HTTP/1.1 and TLS 1.3, trusting exactly the pinned certificate of each.
///
/// A peer of whom nothing is known may show any certificate.
/// No redirect is followed and nothing is retried. Close it with `shutdown` when done.
public final class HTTPNetwork: Network {
  /// How long a connection may take to open: a dead node must not hold up the others.
  static let connectTimeout = TimeAmount.seconds(5)
  /// How many requests to one node run side by side.
  static let connectionsPerNode = 4

  /// A client, and the one loop on which all its connections run.
  private struct Client {
    let http: HTTPClient
    let loop: any EventLoop
  }

  private let clients = Mutex<[NetworkPeer: Client]>([:])

  /// Makes a network without open connections.
  public init() {}

  /// Closes every connection.
  public func shutdown() async {
    let open = clients.withLock { clients in
      defer { clients = [:] }
      return Array(clients.values)
    }
    for client in open { try? await client.http.shutdown() }
  }

  /// Begins to close every connection, and does not wait for the other sides to agree: the process
  /// is about to end.
  public func abandon() {
    let open = clients.withLock { clients in
      defer { clients = [:] }
      return Array(clients.values)
    }
    for client in open { client.http.shutdown { _ in } }
  }

  /// Sends a request and waits for the whole answer.
  public func exchange(
    _ request: NetworkRequest, with peer: NetworkPeer, timeout: Duration
  ) async throws(NetworkError) -> NetworkResponse {
    let client = try client(for: peer)
    var message = HTTPClientRequest(url: peer.url + request.path)
    message.method = HTTPMethod(rawValue: request.method)
    for header in request.headers { message.headers.add(name: header.name, value: header.value) }
    if !request.body.isEmpty || request.method != "GET" {
      message.body = .stream(
        BodyPieces(of: request.body, loop: client.loop),
        length: .known(Int64(request.body.count)))
    }
    do {
      let response = try await client.http.execute(message, timeout: timeout.timeAmount)
      return try await collect(response, bytesMax: request.responseBytesMax, from: peer)
    } catch let error as NetworkError {
      throw error
    } catch {
      throw Self.translate(error, peer: peer)
    }
  }

  private func collect(
    _ response: HTTPClientResponse, bytesMax: Int, from peer: NetworkPeer
  ) async throws -> NetworkResponse {
    let declared = response.headers.first(name: "content-length").flatMap { Int($0) }
    if let length = declared, length > bytesMax {
      throw NetworkError(
        .answerTooLarge, peer: peer.did, "the answer of \(peer.url) has \(length) bytes")
    }
    var body: [UInt8] = []
    for try await part in response.body {
      guard body.count + part.readableBytes <= bytesMax else {
        throw NetworkError(
          .answerTooLarge, peer: peer.did, "the answer of \(peer.url) exceeds \(bytesMax) bytes")
      }
      if body.isEmpty { body.reserveCapacity(max(0, declared ?? part.readableBytes)) }
      body.append(contentsOf: part.readableBytesView)
    }
    return NetworkResponse(
      status: Int(response.status.code),
      headers: response.headers.map { (name: $0.name, value: $0.value) }, body: body)
  }

  private func client(for peer: NetworkPeer) throws(NetworkError) -> Client {
    if let client = clients.withLock({ $0[peer] }) { return client }
    let made = try Self.makeClient(for: peer)
    let (kept, spare) = clients.withLock { clients -> (Client, Client?) in
      if let first = clients[peer] { return (first, made) }
      clients[peer] = made
      return (made, nil)
    }
    spare?.http.shutdown { _ in }
    return kept
  }

  private static func makeClient(for peer: NetworkPeer) throws(NetworkError) -> Client {
    var tls = TLSConfiguration.makeClientConfiguration()
    switch peer.pin {
    case .certificate(let der):
      do {
        tls.trustRoots = .certificates([try NIOSSLCertificate(bytes: der, format: .der)])
      } catch {
        throw NetworkError(
          .certificateRefused, peer: peer.did,
          "the certificate on record for \(peer.url) is broken")
      }
      // The one trusted certificate names its holder; the host name in the URL proves no more.
      tls.certificateVerification = .noHostnameVerification
    case .unknown:
      tls.certificateVerification = .none
    case .publicKey:
      throw NetworkError(
        .certificateRefused, peer: peer.did, "no certificate is known for \(peer.url)")
    }
    tls.minimumTLSVersion = .tlsv13
    tls.applicationProtocols = ["http/1.1"]
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(connect: connectTimeout, read: .seconds(60)))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connectionsPerNode
    configuration.connectionPool.retryConnectionEstablishment = false
    let loop = HTTPClient.defaultEventLoopGroup.next()
    return Client(
      http: HTTPClient(eventLoopGroupProvider: .shared(loop), configuration: configuration),
      loop: loop)
  }

  private static func translate(_ error: any Error, peer: NetworkPeer) -> NetworkError {
    if error is CancellationError {
      return NetworkError(.cancelled, peer: peer.did, "the request to \(peer.url) was cancelled")
    }
    // Only this is proof of somebody else: a handshake also fails when a bad line alters a byte.
    let text = "\(error)"
    if text.contains("CERTIFICATE_VERIFY_FAILED") { return refusedCertificate(peer: peer) }
    if error is NIOSSLError || error is BoringSSLError || text.contains("handshake") {
      return NetworkError(.interrupted, peer: peer.did, "the connection to \(peer.url) broke off")
    }
    if let client = error as? HTTPClientError {
      switch client {
      case .connectTimeout, .readTimeout, .deadlineExceeded, .writeTimeout:
        return NetworkError(.timedOut, peer: peer.did, "\(peer.url) did not answer in time")
      case .remoteConnectionClosed, .cancelled:
        return NetworkError(
          .interrupted, peer: peer.did, "the connection to \(peer.url) broke off")
      default:
        return NetworkError(.unreachable, peer: peer.did, "cannot reach \(peer.url): \(client)")
      }
    }
    return NetworkError(.unreachable, peer: peer.did, "cannot reach \(peer.url)")
  }

  private static func refusedCertificate(peer: NetworkPeer) -> NetworkError {
    NetworkError(
      .certificateRefused, peer: peer.did,
      "\(peer.url) does not show the certificate of its record")
  }
}

/// A long body piece by piece, so that no second copy of it is ever whole in memory: the next piece
/// is made when the connection's loop has taken the last.
private struct BodyPieces: AsyncSequence, Sendable {
  static let pieceBytes = 128 << 10

  let bytes: [UInt8]
  let loop: any EventLoop

  init(of bytes: [UInt8], loop: any EventLoop) {
    self.bytes = bytes
    self.loop = loop
  }

  struct Iterator: AsyncIteratorProtocol {
    var rest: ArraySlice<UInt8>
    let loop: any EventLoop
    var isFirst = true

    mutating func next() async throws -> ByteBuffer? {
      guard !rest.isEmpty else { return nil }
      // What was handed over before is in the loop's queue: behind it, the loop knows whether the
      // connection takes more, and the client waits for that before it asks again.
      if !isFirst { try await loop.submit {}.get() }
      isFirst = false
      let piece = rest.prefix(BodyPieces.pieceBytes)
      rest = rest.dropFirst(piece.count)
      return ByteBuffer(bytes: piece)
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(rest: bytes[...], loop: loop) }
}

extension Duration {
  fileprivate var timeAmount: TimeAmount {
    .milliseconds(
      Int64(components.seconds) * 1000 + components.attoseconds / 1_000_000_000_000_000)
  }
}
