import AsyncHTTPClient
import FreeholdTestKit
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import StorageNode
import Synchronization
import VaultEncoding
import VaultEnvironment
import VaultSync

#if canImport(Glibc)
  import Glibc
#endif

/// A node in a temporary folder that really listens on 127.0.0.1.
struct LiveNode {
  let home: NodeHome
  let url: String
  let record: NodeRecord

  /// Runs a node while `body` does, then stops it gracefully.
  static func run(
    server: ServerLimits = ServerLimits(),
    _ body: @escaping @Sendable (LiveNode) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let home = try NodeHome.create(
        at: folder + "/node",
        configuration: NodeConfiguration(
          sizeBytes: 1 << 30, listen: ListenAddress(host: "127.0.0.1", port: 0), server: server),
        environment: .live())
      let (readies, ready) = AsyncStream.makeStream(of: NodeHome.Ready.self)
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      let node = try home.makeServer(logger: logger) { ready.yield($0) }
      let group = ServiceGroup(configuration: .init(services: [node], logger: logger))
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
          defer { ready.finish() }
          try await group.run()
        }
        for await event in readies {
          let bytes = try DurableDisk.live().read(
            DiskPath(folder + "/node/node.record"), bytesMax: 65_536)
          let live = LiveNode(
            home: home, url: event.url, record: try NodeRecord(verifying: bytes))
          do {
            try await body(live)
          } catch {
            await group.triggerGracefulShutdown()
            throw error
          }
          break
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
      }
    }
  }

  /// Makes a folder, and removes it with all that is in it afterwards.
  static func withTemporaryFolder<Value>(
    _ body: (String) async throws -> Value
  ) async throws -> Value {
    var template = Array("/tmp/freehold-node-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw NodeError(.failed, "no temporary folder")
    }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { remove(DiskPath(folder), on: DurableDisk.live()) }
    return try await body(folder)
  }

  private static func remove(_ folder: DiskPath, on disk: any Disk) {
    for item in (try? disk.list(folder)) ?? [] {
      let path = folder.appending(item.name)
      if item.kind == .folder { remove(path, on: disk) } else { try? disk.remove(path) }
    }
    try? disk.removeFolder(folder)
  }

  /// A client that trusts exactly one certificate.
  static func client(trusting certificate: [UInt8]) throws -> HTTPClient {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates([try NIOSSLCertificate(bytes: certificate, format: .der)])
    tls.certificateVerification = .noHostnameVerification
    tls.minimumTLSVersion = .tlsv13
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    configuration.httpVersion = .http1Only
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Runs `body` with a client that trusts exactly one certificate.
  static func withClient(
    trusting certificate: [UInt8], _ body: (HTTPClient) async throws -> Void
  ) async throws {
    let client = try client(trusting: certificate)
    do {
      try await body(client)
    } catch {
      try await client.shutdown()
      throw error
    }
    try await client.shutdown()
  }
}
