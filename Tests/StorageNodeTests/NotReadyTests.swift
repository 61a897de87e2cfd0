import Foundation
import Logging
import StorageNode
import Testing
import VaultEnvironment

@Suite struct NotReadyTests {
  @Test(.timeLimit(.minutes(1)))
  func `a node that cannot read where it answers ends with the reason`() async throws {
    try await LiveNode.withTemporaryFolder { folder in
      let home = try NodeHome.create(
        at: folder + "/node",
        configuration: NodeConfiguration(
          sizeBytes: 1 << 30, listen: ListenAddress(host: "127.0.0.1", port: 0)),
        environment: .live())
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      let node = try home.makeServer(logger: logger) { _ in Issue.record("it was never ready") }
      // A folder in its place is nothing that can be read.
      let record = folder + "/node/node.record"
      try FileManager.default.removeItem(atPath: record)
      try FileManager.default.createDirectory(
        atPath: record, withIntermediateDirectories: false)
      await #expect(throws: (any Error).self) { try await node.run() }
    }
  }
}
