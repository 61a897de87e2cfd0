import VaultEncoding
import VaultFolder
import VaultStore
import VaultSync

extension Vault {
  /// Gathers what a sync has to say, and keeps what `status` says offline.
  func conclude(
    _ outcomes: [NodeOutcome], mirror: FolderMirror?, report: inout SyncReport
  ) throws {
    report.nodesAsked = outcomes.count
    report.nodesReached = outcomes.count { $0.isReached }
    report.redundancy = try redundancyStatus(outcomes)
    report.problems += problems(outcomes) + folderProblems(mirror) + clockProblems(outcomes)
    report.problems += equivocationProblems()
    report.problems += foldingNote()
    if isManager { report.problems += try redundancyProblems(report.redundancy, outcomes) }
    if let left = try historyProgress() {
      report.problems.append(
        Problem(
          .note, .partial,
          "the history is still coming: \(left.here) of \(left.total) entries before this device"
            + " joined are here", hint: "the next syncs bring the rest; the files are complete"))
    }
    let totals = treeTotals()
    report.conflictCount = totals.conflicts
    if totals.conflicts > 0 {
      report.problems.append(
        Problem(
          .warning, .needsDecision, "\(totals.conflicts) files have several contents",
          hint: "freehold conflicts lists them"))
    }
    report.problems.sort { $0.severity < $1.severity }
    try keep(outcomes, totals: totals, report: report)
  }

  func problems(_ outcomes: [NodeOutcome]) -> [Problem] {
    outcomes.flatMap { outcome -> [Problem] in
      var found = outcome.findings.map { finding in
        Problem(
          .danger, .tampered,
          finding.blamesNode ? "\(outcome.name) \(finding.sentence)" : finding.sentence,
          hint: finding.blamesNode
            ? "its copy is refilled from the others; consider freehold node remove \(outcome.name)"
            : "was that device restored from a backup? revoke it and link it anew",
          node: finding.blamesNode ? outcome.node : nil)
      }
      if let trouble = outcome.trouble {
        let severity: Problem.Severity = trouble.code == .tampered ? .danger : .warning
        found.append(
          Problem(severity, trouble.code, trouble.message, hint: trouble.hint, node: outcome.node))
      }
      return found
    }
  }

  private func folderProblems(_ mirror: FolderMirror?) -> [Problem] {
    guard let mirror else { return [] }
    var found = mirror.troubles.prefix(Self.problemsShown).map { error in
      Problem(.warning, .partial, "\(error)", hint: "freehold sync tries it again")
    }
    let more = mirror.troubles.count - found.count
    if more > 0 {
      found.append(Problem(.warning, .partial, "\(more) more files could not be read or written"))
    }
    found += mirror.notes.prefix(Self.problemsShown).map { Problem(.note, .needsDecision, $0) }
    let reasons = Dictionary(grouping: mirror.notKept, by: \.reason)
    for (reason, items) in reasons.sorted(by: { $0.key < $1.key }) {
      let example = items[0].path.escapedForTerminal
      let rest = items.count > 1 ? " and \(items.count - 1) more" : ""
      found.append(Problem(.note, .partial, "not kept: \(reason): \(example)\(rest)"))
    }
    return found
  }

  private static let problemsShown = 20

  /// «Any k of n» is met when every shard and every entry is acknowledged where it should be.
  func redundancyStatus(_ outcomes: [NodeOutcome] = []) throws -> RedundancyStatus {
    let wanted = redundancy()
    let nodes = nodeBook.count
    let isMet = try database.read { transaction in
      let totals = try transaction.packTotals()
      let packs = totals.filter { $0.key != .safe && $0.key != .building }
      guard packs.allSatisfy({ $0.value.packs == 0 }) else { return false }
      for node in try transaction.nodes()
      where try transaction.entriesLackingCount(at: node.did) > 0 {
        return false
      }
      return true
    }
    return RedundancyStatus(
      needed: wanted.needed, total: wanted.total,
      isMet: isMet && nodes >= wanted.total && outcomes.allSatisfy { $0.trouble == nil })
  }

  private func redundancyProblems(
    _ status: RedundancyStatus, _ outcomes: [NodeOutcome]
  ) throws -> [Problem] {
    guard !status.isMet else { return [] }
    let nodes = nodeBook.count
    if nodes == 0 {
      return [
        Problem(
          .warning, .partial, "there is no node yet: everything is on this device only",
          hint: "freehold node add INVITATION")
      ]
    }
    if nodes < status.total {
      return [
        Problem(
          .warning, .partial,
          "\(status.needed) of \(status.total) is wanted, and there are \(nodes) nodes",
          hint: "freehold node add INVITATION, or freehold redundancy set K/N")
      ]
    }
    let pending = try database.read { try $0.pendingBytes() }
    return [
      Problem(
        .warning, .partial,
        "not everything is stored \(status.total)-fold yet: \(pending) bytes wait",
        hint: "freehold sync brings the rest when the nodes are back")
    ]
  }
}
