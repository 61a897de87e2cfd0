import ArgumentParser
import Logging
import ServiceLifecycle
import StorageNode
import VaultEncoding
import VaultEnvironment

#if canImport(Glibc)
  import Glibc
#endif

/// `freehold-node serve`: runs the node until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the node. SIGTERM drains, a second signal stops at once.",
    discussion: """
      freehold-node serve --data /srv/freehold
      FREEHOLD_LOG=debug freehold-node serve --data /srv/freehold --listen 127.0.0.1:7400
      """)

  @OptionGroup var options: DataOptions

  @Option(
    help: ArgumentHelp("Listen here instead of where node.toml says.", valueName: "address:port"))
  var listen: ListenAddress?

  func run() async throws {
    guard getenv("SWIFT_DETERMINISTIC_HASHING") == nil else {
      throw NodeError(
        .configuration, "SWIFT_DETERMINISTIC_HASHING would let clients slow the node down",
        hint: "unset it")
    }
    Self.allowManyFiles()
    let environment = Environment.live()
    let home = try options.home()
    let hold = try home.hold()
    defer { hold.release() }
    let logger = Self.logger(environment)
    let json = options.json
    let server = try home.makeServer(listen: listen, logger: logger) { ready in
      Output.data(
        json
          ? JSON.object([
            ("ready", .bool(true)), ("did", .text(ready.did.text)), ("url", .text(ready.url)),
          ])
          .text
          : "ready did=\(ready.did.text) url=\(ready.url)")
    }
    try await Self.runUntilSignal(server, logger: logger)
  }

  private static func runUntilSignal(_ server: NodeServer, logger: Logger) async throws {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    var configuration = ServiceGroupConfiguration(
      services: [.init(service: server)], logger: quiet)
    configuration.maximumGracefulShutdownDuration = .seconds(ServerLimits.stopSeconds)
    let group = ServiceGroup(configuration: configuration)
    let signals = StopSignals()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      tasks.addTask {
        await signals.first()
        logger.notice("stopping: running requests may finish")
        await group.triggerGracefulShutdown()
      }
      // The server ends by itself only when it failed; the signal task ends when it was told to.
      try await tasks.next()
      if signals.wasStopped { try await tasks.next() }
      tasks.cancelAll()
    }
  }

  /// Every connection is an open file: takes as many as the system gives without asking.
  private static func allowManyFiles() {
    var limit = rlimit()
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(files, &limit) == 0 else { return }
    limit.rlim_cur = min(limit.rlim_max, 1 << 20)
    _ = setrlimit(files, &limit)
  }

  private static func logger(_ environment: Environment) -> Logger {
    let wanted = getenv("FREEHOLD_LOG").map { String(cString: $0) }
    let level = wanted.flatMap { Logger.Level(rawValue: $0) } ?? .info
    let clock = environment.clock
    return Logger(label: "freehold-node") { _ in
      Logfmt(level: level, now: { clock.now().text })
    }
  }
}
