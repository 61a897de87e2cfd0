import Foundation
import FreeholdTestKit
import VaultCrypto
import VaultEncoding
import VaultPolicy

/// How fast it is decided who may do what, with the limits that were set for it.
///
///     swift run -c release PolicyBench [10000 [eirm]]
///
/// The letters choose parts: evaluation, incremental, requests, members. Each line: what, the
/// figure, its limit, and whether it is met. Figures are processor time, the best of a few runs, so
/// that a busy machine disturbs little; for members, wall time. Ends with 1 when a limit is missed.
@main
enum PolicyBench {
  static func main() async throws {
    let words = CommandLine.arguments.dropFirst()
    let count = words.first.flatMap { Int($0) } ?? 10_000
    let parts = words.dropFirst().first ?? "eirm"
    var maker = try LogMaker(seed: 1)
    try maker.grow(to: count)
    let bytes = maker.entries.reduce(0) { $0 + $1.count }
    print("a log of \(count) entries, \(bytes >> 10) KiB")
    var table = Table()
    if parts.contains("e") { try evaluate(maker, &table) }
    if parts.contains("i") { try addOneByOne(maker, &table) }
    if parts.contains("r") { try decideRequests(maker, &table) }
    if parts.contains("m") { try await revokeMember(&table) }
    exit(table.isMet ? EXIT_SUCCESS : EXIT_FAILURE)
  }

  /// From the bytes on the disk to who may do what.
  private static func evaluate(_ maker: LogMaker, _ table: inout Table) throws {
    var live = 0
    // Held until the end: to let go of a log is not to judge it.
    var logs: [PolicyLog] = []
    let whole = try best(of: 5) {
      var log = try PolicyLog(genesis: maker.genesis, restoring: maker.entries)
      live = log.state.liveGrants.count
      logs.append(log)
    }
    table.row("a whole log from cold: read, judged", whole, limitMilliseconds: 100)
    print("  \(live) of its grants hold")
    let log = try PolicyLog(genesis: maker.genesis, restoring: maker.entries)
    table.row("  of that: judged", best(of: 9) { _ = log.evaluate() })
    table.row(
      "a whole log from somebody else: every signature too",
      try best(of: 1) {
        var log = PolicyLog(genesis: maker.genesis)
        for entry in maker.entries { _ = try log.add(entry) }
        _ = log.state
      })
  }

  /// One more entry of each kind, on top of all others, with its signatures.
  private static func addOneByOne(_ maker: LogMaker, _ table: inout Table) throws {
    let before = maker.entries.count
    var longer = maker
    try longer.grow(to: before + 300)
    var log = try PolicyLog(genesis: maker.genesis, restoring: maker.entries)
    var held = log.state
    var all: [Double] = []
    var byKind: [String: [Double]] = [:]
    for bytes in longer.entries.dropFirst(before) {
      let kind = try PolicyEntry(decoding: bytes).body.act.rawValue
      // As on a node: somebody still looks at the state from before.
      let time = try milliseconds {
        _ = try log.add(bytes)
        held = log.state
      }
      all.append(time)
      byKind[kind, default: []].append(time)
    }
    guard held.heads == log.heads else { throw PolicyBenchError(what: "the state is an old one") }
    table.row("one more entry: checked, judged (mean)", mean(all), limitMilliseconds: 1)
    for (kind, times) in byKind.sorted(by: { $0.key < $1.key }) {
      table.row("  \(kind) (mean of \(times.count))", mean(times))
    }
    table.row("  the slowest of all", all.max() ?? 0)
  }

  static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(1, values.count))
  }
}

/// Why there are no figures.
struct PolicyBenchError: Error {
  let what: String
}

/// The lines that are printed.
struct Table {
  private(set) var isMet = true

  mutating func row(_ what: String, _ milliseconds: Double, limitMilliseconds: Double? = nil) {
    defer { fflush(nil) }
    let figure = Self.text(milliseconds)
    guard let limitMilliseconds else {
      print("\(what)\t\(figure) ms")
      return
    }
    let isMet = milliseconds <= limitMilliseconds
    if !isMet { self.isMet = false }
    print(
      "\(what)\t\(figure) ms\tlimit \(Self.text(limitMilliseconds)) ms\t\(isMet ? "met" : "MISSED")"
    )
  }

  private static func text(_ value: Double) -> String {
    let thousandths = Int((value * 1_000).rounded())
    let rest = thousandths % 1_000
    return "\(thousandths / 1_000).\(rest < 10 ? "00" : rest < 100 ? "0" : "")\(rest)"
  }
}

/// How much processor time something takes: what its wall time is when the machine is quiet, for
/// one thing is done after the other.
func milliseconds(_ work: () throws -> Void) rethrows -> Double {
  let start = processorMilliseconds()
  try work()
  return processorMilliseconds() - start
}

func processorMilliseconds() -> Double {
  Double(clock()) / Double(CLOCKS_PER_SEC) * 1e3
}

/// A duration as a number.
func inMilliseconds(_ time: Duration) -> Double {
  Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) / 1e15
}

/// The shortest of some runs.
func best(of rounds: Int, _ work: () throws -> Void) rethrows -> Double {
  var best = Double.infinity
  for _ in 0..<rounds { best = min(best, try milliseconds(work)) }
  return best
}
