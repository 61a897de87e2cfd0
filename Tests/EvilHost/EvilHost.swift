import FreeholdTestKit
import Logging
import StorageNode
import Synchronization
import VaultEncoding
import VaultEnvironment

#if canImport(Glibc)
  import Glibc
#endif

/// A node that lies, as a process: `EvilHost LIE THOUSANDTHS SEED --data DIR`.
///
/// It serves the data folder of an ordinary node with that node's own keys, as a dishonest host
/// would. Prints `ready …` like `freehold-node serve`, and `lied N` after each lie.
@main
final class EvilHost: Sendable {
  private let data: String
  private let evil: Mutex<EvilNode>

  static func main() async throws {
    guard let host = EvilHost(Array(CommandLine.arguments.dropFirst())) else {
      let lies = EvilNode.Lie.allCases.map(\.rawValue).joined(separator: " ")
      say("usage: EvilHost LIE THOUSANDTHS SEED --data DIR; lies: \(lies)")
      exit(2)
    }
    try await host.serve()
  }

  private init?(_ arguments: [String]) {
    guard arguments.count == 5, let lie = EvilNode.Lie(rawValue: arguments[0]),
      let likelihood = Int(arguments[1]), let seed = UInt64(arguments[2]),
      arguments[3] == "--data"
    else { return nil }
    data = arguments[4]
    evil = Mutex(EvilNode(lie, likelihood: likelihood, seed: seed))
  }

  /// A line on the standard output, at once.
  private static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
  }

  private func serve() async throws {
    let home = try NodeHome.open(at: data, environment: Environment.live())
    let hold = try home.hold()
    defer { hold.release() }
    let server = try home.makeServer(
      logger: Logger(label: "evil"),
      answering: { request, service in self.answer(request, service) },
      onReady: { Self.say("ready did=\($0.did.text) url=\($0.url)") })
    try await server.run()
  }

  private func answer(_ request: NodeRequest, _ service: NodeService) -> NodeResponse {
    let (answer, count, before) = evil.withLock { evil in
      let before = evil.lieCount
      return (evil.answer(request, from: service), evil.lieCount, before)
    }
    if count > before { Self.say("lied \(count)") }
    return answer
  }
}
