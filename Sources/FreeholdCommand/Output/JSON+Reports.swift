import Freehold
import VaultEncoding

extension Problem {
  /// The problem as `--json` prints it.
  var json: JSON {
    .object([
      ("severity", .text(severity.word)), ("code", .number(code.rawValue)),
      ("message", .text(message)), ("hint", .text(hint)), ("node", .text(node?.text)),
    ])
  }
}

extension Problem.Severity {
  /// The word for it.
  var word: String {
    switch self {
    case .danger: "danger"
    case .warning: "warning"
    case .note: "note"
    }
  }
}

extension RedundancyStatus {
  /// The status as `--json` prints it.
  var json: JSON {
    .object([("k", .number(needed)), ("n", .number(total)), ("met", .bool(isMet))])
  }
}

extension SyncReport.FileCounts {
  /// The counts as `--json` prints them.
  var json: JSON {
    .object([
      ("added", .number(added)), ("changed", .number(changed)), ("deleted", .number(deleted)),
    ])
  }

  /// `3 added, 1 changed`; nil when nothing changed.
  var text: String? {
    let parts = [(added, "added"), (changed, "changed"), (deleted, "deleted")]
      .filter { $0.0 > 0 }.map { "\(Wording.grouped($0.0)) \($0.1)" }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

extension VaultStatus.Node {
  /// The node as `--json` prints it.
  var json: JSON {
    .object([
      ("name", .text(name)), ("did", .text(did.text)), ("url", .text(url)),
      ("reachable", .bool(isReachable)), ("latencyMs", .number(latencyMilliseconds)),
      ("behind", .number(behind)), ("usedBytes", .number(usedBytes)),
      ("quotaBytes", .number(quotaBytes)), ("lastSeen", .text(lastSeen?.text)),
    ])
  }
}

extension Console {
  /// Tells problems, worst first.
  func tell(_ problems: [Problem]) {
    for problem in problems {
      let word = problem.severity.word + ":"
      let painted =
        switch problem.severity {
        case .danger: talkPaint.bad(word)
        case .warning: talkPaint.warning(word)
        case .note: talkPaint.faint(word)
        }
      talk("\(painted) \(NamePath.line(problem.message))")
      if let hint = problem.hint { talk("  → \(NamePath.line(hint))") }
    }
  }
}
