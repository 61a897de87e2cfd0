import Freehold

/// The exit code of a run that came to its end but may have met problems.
struct Verdict: Equatable {
  /// The code; nil when all is well.
  let code: FreeholdError.Code?

  /// The verdict over problems alone: what is altered first, then what is full, then what is left
  /// over.
  ///
  /// A mere note is no failure, and neither is what the sentence of another code says better.
  init(_ problems: [Problem]) {
    let serious = problems.filter { $0.severity < .note }
    if serious.contains(where: { $0.code == .tampered }) {
      code = .tampered
    } else if serious.contains(where: { $0.code == .noSpace }) {
      code = .noSpace
    } else {
      code = serious.isEmpty ? nil : .partial
    }
  }

  /// The verdict over a sync.
  ///
  /// Fewer nodes than wanted is a state that `status` shows, not a failure of this sync. Conflicts
  /// ask for a decision once, when they come up.
  init(_ report: SyncReport, conflictsBefore: Int) {
    let lacksNodes = report.nodesAsked < report.redundancy.total && !report.redundancy.isMet
    var serious = report.problems.filter { $0.severity < .note && $0.code != .needsDecision }
    if lacksNodes, let index = serious.lastIndex(where: { $0.code == .partial && $0.node == nil }) {
      serious.remove(at: index)
    }
    let plain = Verdict(serious)
    let refusals = Set(serious.filter { $0.code == .refused }.compactMap(\.node))
    if report.isDryRun {
      code = plain.code
    } else if plain.code == .tampered || plain.code == .noSpace {
      code = plain.code
    } else if !refusals.isEmpty, report.nodesReached == 0 {
      // Whoever answers refuses.
      code = .refused
    } else if report.nodesAsked > 0, report.nodesReached == 0 {
      code = .offline
    } else if report.nodesReached < report.nodesAsked {
      code = .partial
    } else if plain.code == nil, report.conflictCount > conflictsBefore {
      code = .needsDecision
    } else {
      code = plain.code
    }
  }

  /// The error that goes with the code, for `--json`.
  func error(_ problems: [Problem]) -> FreeholdError? {
    guard let code else { return nil }
    if code == .offline {
      let silent = problems.filter { $0.code == .offline }.map(\.message).joined(separator: "; ")
      return FreeholdError(
        code, "no node can be reached; everything is saved on this device (\(silent))",
        hint: "freehold sync brings it when a node is back")
    }
    let worst = problems.first { $0.code == code } ?? problems.first { $0.severity < .note }
    let message = worst?.message ?? "not everything is done"
    return FreeholdError(code, message, hint: worst?.hint)
  }
}
