import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import ServiceLifecycle

/// The HTTP shell around a `NodeService`: TLS 1.3 with the node's own certificate, HTTP/1.1, and
/// every bound of `ServerLimits`.
///
/// Files and the database are used on thread pools, never on an event loop. A graceful shutdown
/// stops accepting and lets running requests finish.
public struct NodeServer: Service {
  let service: NodeService
  let certificate: NodeCertificate
  let listen: ListenAddress
  let limits: ServerLimits
  let logger: Logger
  private let answer: @Sendable (NodeRequest) -> NodeResponse
  private let onReady: @Sendable (_ port: Int) async throws -> Void

  /// A server for `service`.
  ///
  /// `onReady` hears the port once connections are accepted; when it throws the server stops.
  /// `answer` answers in the service's
  /// place: for tests of clients whose node lies.
  public init(
    service: NodeService, certificate: NodeCertificate, listen: ListenAddress,
    limits: ServerLimits, logger: Logger,
    answer: (@Sendable (NodeRequest) -> NodeResponse)? = nil,
    onReady: @escaping @Sendable (_ port: Int) async throws -> Void
  ) {
    self.service = service
    self.certificate = certificate
    self.listen = listen
    self.limits = limits
    self.logger = logger
    self.answer = answer ?? { service.answer($0) }
    self.onReady = onReady
  }

  /// Serves until a graceful shutdown or a cancellation.
  public func run() async throws {
    let readers = NIOThreadPool(numberOfThreads: limits.threads)
    let writers = NIOThreadPool(numberOfThreads: max(2, limits.threads / 2))
    readers.start()
    writers.start()
    let gate = ConnectionGate(
      connectionsMax: limits.connections, perAddressMax: limits.connectionsPerAddress)
    let responder = RequestResponder(
      service: service, answer: answer, gate: gate, limits: limits, logger: logger,
      readers: readers, writers: writers)
    let outcome: Result<Void, any Error>
    do {
      let (failures, failing) = AsyncStream<any Error>.makeStream()
      let server = try makeServer(gate: gate, responder: responder, failing: failing)
      try await withThrowingTaskGroup(of: Void.self) { [service] tasks in
        tasks.addTask {
          try await withGracefulShutdownHandler {
            try await server.run()
          } onGracefulShutdown: {
            service.endWaits()
          }
        }
        // A server that runs and was never ready would look like one that works.
        tasks.addTask { for await error in failures { throw error } }
        try await tasks.next()
        tasks.cancelAll()
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    try? await readers.shutdownGracefully()
    try? await writers.shutdownGracefully()
    try outcome.get()
  }

  private func makeServer(
    gate: ConnectionGate, responder: RequestResponder,
    failing: AsyncStream<any Error>.Continuation
  ) throws -> any Service {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: [
        .certificate(try NIOSSLCertificate(bytes: certificate.der, format: .der))
      ],
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: certificate.keyDER, format: .der)))
    tls.minimumTLSVersion = .tlsv13
    tls.applicationProtocols = ["http/1.1"]
    tls.shutdownTimeout = .milliseconds(ServerLimits.goodbyeMilliseconds)
    let http = HTTP1Channel.Configuration(
      additionalChannelHandlers: [gate.makeHandler()],
      idleTimeout: .seconds(Int64(limits.idleSeconds)),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: ServerLimits.headerFieldBytesMax,
        maxHeaderListSize: ServerLimits.headerBytesMax,
        maxHeaderFieldCount: ServerLimits.headerFieldsMax))
    let hardMax = limits.connections + ServerLimits.connectionsToRefuse
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    return try HTTPServerBuilder.tls(.http1(configuration: http), tlsConfiguration: tls)
      .buildServer(
        configuration: ServerConfiguration(
          address: .hostname(listen.host, port: listen.port), backlog: 1_024,
          availableConnectionsDelegate: MaximumAvailableConnections(hardMax, logger: quiet)),
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet,
        responder: { request, writer, channel in
          try await responder.respond(to: request, writer, on: channel)
        },
        onServerRunning: { channel in
          do {
            try await onReady(channel.localAddress?.port ?? listen.port)
          } catch {
            failing.yield(error)
          }
        })
  }
}
