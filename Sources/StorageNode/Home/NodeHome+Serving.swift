public import Logging
public import VaultEncoding
public import VaultEnvironment
import VaultStore
import VaultSync

extension NodeHome {
  /// What is known once a node answers.
  public struct Ready: Sendable {
    /// The node.
    public let did: DID
    /// Where it answers: the first of its URLs.
    public let url: String
  }

  /// Takes the folder for this process; throws `.busy` with the holder while another has it.
  public func hold() throws -> any DiskLock {
    try Self.wrapping { try environment.disk.lock(files.lock) }
  }

  /// A server for this node.
  ///
  /// Only the holder of the folder may run it. `answering` stands between the network and the
  /// service: for tests of clients whose node lies.
  public func makeServer(
    listen: ListenAddress? = nil, logger: Logger,
    answering: (@Sendable (NodeRequest, NodeService) -> NodeResponse)? = nil,
    onReady: @escaping @Sendable (Ready) async -> Void
  ) throws -> NodeServer {
    let listen = listen ?? configuration.listen
    let service = try makeService { error in
      // Never a path: it could name a tenant.
      logger.error("disk or database failed", metadata: ["error": "\(Self.cause(of: error))"])
    }
    let answer = answering.map { answering -> @Sendable (NodeRequest) -> NodeResponse in
      { request in answering(request, service) }
    }
    return NodeServer(
      service: service, certificate: certificate, listen: listen, limits: configuration.server,
      logger: logger, answer: answer
    ) { port in
      let record = try record(addresses: addresses(port: port))
      service.replace(record: record)
      await onReady(Ready(did: did, url: record.addresses[0]))
    }
  }

  private static func cause(of error: any Error) -> String {
    switch error {
    case let error as DiskError: "disk: \(error.code.name)"
    case let error as StoreError: "database: \(error.code.name)"
    default: "\(type(of: error))"
    }
  }

  /// The node's verbs, without a network around them.
  ///
  /// `report` hears of failures of disk or database.
  public func makeService(
    report: @escaping @Sendable (any Error) -> Void = { _ in }
  ) throws -> NodeService {
    try Self.wrapping {
      guard let record = try storedRecord(), record.node == did else {
        throw NodeError(.damaged, "node.record is missing or not this node's")
      }
      return try NodeService(
        folder: files.folder, key: key, record: record,
        capacityBytes: configuration.sizeBytes, environment: environment, report: report)
    }
  }
}
