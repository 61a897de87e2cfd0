import VaultCRDT
import VaultEncoding
import VaultEnvironment
import VaultStore

/// What the tree amounts to.
struct TreeTotals: Hashable {
  var files = 0
  var bytes = 0
  var conflicts = 0
}

extension Vault {
  /// Counts files, bytes and conflicts.
  ///
  /// Complexity: O(objects).
  func treeTotals() -> TreeTotals {
    var totals = TreeTotals()
    tree.forEachFolder { _, children in
      for child in children where child.kind == .file {
        let contents = tree.distinctContents(of: child.object)
        totals.files += 1
        if contents.count > 1 { totals.conflicts += 1 }
        if let value = contents.first?.value, let size = Manifest.size(decoding: value) {
          totals.bytes += size
        }
      }
    }
    return totals
  }

  /// Keeps what `status` shows, so that it needs neither the tree nor the network.
  func keep(_ outcomes: [NodeOutcome], totals: TreeTotals, report: SyncReport) throws {
    let now = environment.clock.now()
    try database.write { transaction in
      try transaction.setCounter("files", to: totals.files)
      try transaction.setCounter("bytes", to: totals.bytes)
      try transaction.setCounter("conflicts", to: totals.conflicts)
      try transaction.setCounter("last-sync", to: Int(now.milliseconds))
      try transaction.setCounter("redundancy-needed", to: report.redundancy.needed)
      try transaction.setCounter("redundancy-total", to: report.redundancy.total)
      try transaction.setCounter("redundancy-met", to: report.redundancy.isMet ? 1 : 0)
      for outcome in outcomes {
        guard var node = try transaction.node(outcome.node) else { continue }
        var facts = NodeFacts(decoding: node.facts)
        facts.isReachable = outcome.isReached
        if outcome.isReached {
          facts.latencyMilliseconds = outcome.latencyMilliseconds
          facts.quotaBytes = outcome.quotaBytes
          facts.usedBytes = outcome.usedBytes
          facts.lastSeen = now
        }
        node.facts = facts.bytes
        try transaction.setNode(node)
      }
      try transaction.replaceProblems(report.problems, at: now)
    }
  }
}

extension VaultTransaction {
  /// Keeps the problems of the last sync in place of those before.
  func replaceProblems(_ problems: [Problem], at time: Timestamp) throws {
    for old in try self.problems() { try clearProblem(old.kind, subject: old.subject) }
    for (number, problem) in problems.enumerated() {
      try raiseProblem(
        "sync", subject: [UInt8(number >> 8 & 0xff), UInt8(number & 0xff)], at: time,
        sealed: problem.bytes)
    }
  }
}

extension Problem {
  /// A problem as it is kept for `status`.
  ///
  /// Paths in it lie in the bound folder in clear as well.
  var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("severity", .int(severity.rawValue)), ("code", .int(code.rawValue)),
        ("message", .text(message)), ("hint", hint.map { .text($0) } ?? .null),
        ("node", node.map { .did($0) } ?? .null),
      ]))
  }

  init?(decoding bytes: [UInt8]) {
    guard let value = try? DAGCBOR.decode(bytes),
      let severity = value["severity"]?.asInt.flatMap({ Severity(rawValue: Int($0)) }),
      let code = value["code"]?.asInt.flatMap({ FreeholdError.Code(rawValue: Int($0)) }),
      let message = value["message"]?.asText
    else { return nil }
    self.init(
      severity, code, message, hint: value["hint"]?.asText, node: value["node"]?.asDID)
  }
}
