import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold node probe`: ask the nodes now.
struct NodeProbeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe", abstract: "Ask every node now: reachable, the right one, how fast.",
    discussion: """
      freehold node probe
      freehold node probe --json | jq '.nodes[] | select(.reachable | not)'

      Needs no passphrase. Exit codes: 3 some are silent, 14 all are, 15 one is not who it was.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let probes = try await session.statusReader(try session.place(dir)).probe()
    await session.shutdown()
    if common.json {
      try session.console.data(.object([("nodes", .array(probes.map(\.json)))]))
    } else {
      let width = probes.map(\.name.count).max() ?? 0
      for probe in probes {
        try session.console.data(probe.text(width: width, paint: session.console.dataPaint))
      }
      if probes.isEmpty { session.console.talk("there is no node yet") }
    }
    if let code = Self.code(probes) { throw ExitCode(code.rawValue32) }
  }

  private static func code(_ probes: [NodeProbe]) -> FreeholdError.Code? {
    if probes.contains(where: { $0.problem?.code == .tampered }) { return .tampered }
    let failed = probes.count { $0.problem != nil }
    if failed == 0 { return nil }
    return failed == probes.count ? .offline : .partial
  }
}

extension NodeProbe {
  /// The answer as `--json` prints it.
  var json: JSON {
    .object([
      ("name", .text(name)), ("did", .text(did.text)), ("url", .text(url)),
      ("reachable", .bool(problem == nil)), ("latencyMs", .number(latencyMilliseconds)),
      ("ready", .bool(isReady)), ("clockDifferenceMs", .number(clockDifferenceMilliseconds)),
      ("problem", .text(problem?.message)), ("hint", .text(problem?.hint)),
    ])
  }

  /// The answer on one line.
  func text(width: Int, paint: Paint) -> String {
    var parts = [Wording.pad(NamePath.line(name), width)]
    if let problem {
      parts.append(paint.bad("fail") + "  \(NamePath.line(problem.message))")
    } else {
      parts.append(isReady ? paint.good("ok") : paint.warning("takes nothing now"))
      if let latencyMilliseconds { parts.append("\(latencyMilliseconds) ms") }
      parts.append(paint.faint(NamePath.line(url)))
    }
    return parts.joined(separator: "  ")
  }
}
