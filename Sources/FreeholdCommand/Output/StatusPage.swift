import Freehold
import VaultEncoding

/// The status as a person reads it: the first line says whether all is safe.
struct StatusPage {
  let status: VaultStatus
  let now: Timestamp
  let paint: Paint

  /// The page.
  var lines: [String] {
    [verdict] + facts + nodes + problems
  }

  private var verdict: String {
    if status.isSafe {
      let (k, n) = (status.redundancy.needed, status.redundancy.total)
      return paint.good("safe:") + " any \(k) of \(n) nodes bring everything back"
    }
    if let danger = status.problems.first(where: { $0.severity == .danger }) {
      return paint.bad("danger: \(NamePath.line(danger.message))")
    }
    let word = paint.warning("not safe yet:")
    if status.nodes.isEmpty { return "\(word) everything is on this device only" }
    if status.lastSync == nil { return "\(word) this vault has never been synced" }
    if status.pendingBytes > 0 {
      return "\(word) \(Wording.size(status.pendingBytes)) are not yet on all nodes"
    }
    let why = status.problems.first.map { NamePath.line($0.message) }
    return "\(word) \(why ?? "not everything is where it should be")"
  }

  private var facts: [String] {
    var last = "never synced"
    if let time = status.lastSync { last = "synced \(Wording.ago(time, now: now))" }
    let key = status.isKeySealed ? "under a passphrase" : "without a passphrase"
    return [
      row("vault", "\(NamePath.line(status.name))  \(paint.faint(status.vault.text))"),
      row("device", "\(NamePath.line(status.device)), keys \(key)"),
      row("folder", NamePath.line(status.folder)),
      row(
        "files",
        "\(Wording.count(status.files, "file")), \(Wording.size(status.bytes)), \(last)"),
    ] + (status.conflicts > 0 ? [row("conflicts", Wording.grouped(status.conflicts))] : [])
  }

  private var nodes: [String] {
    let width = status.nodes.map(\.name.count).max() ?? 0
    return status.nodes.enumerated().map { index, node in
      row(index == 0 ? "nodes" : "", Self.text(node, width: width, now: now, paint: paint))
    }
  }

  private var problems: [String] {
    status.problems.flatMap { problem in
      let word =
        switch problem.severity {
        case .danger: paint.bad("danger")
        case .warning: paint.warning("warning")
        case .note: paint.faint("note")
        }
      return ["\(word): \(NamePath.line(problem.message))"]
        + (problem.hint.map { ["  → \(NamePath.line($0))"] } ?? [])
    }
  }

  private func row(_ label: String, _ text: String) -> String {
    Wording.pad(label, 10) + text
  }

  /// A node on one line.
  static func text(_ node: VaultStatus.Node, width: Int, now: Timestamp, paint: Paint) -> String {
    var parts = [Wording.pad(NamePath.line(node.name), width)]
    if node.isReachable {
      parts.append(paint.good("ok") + (node.latencyMilliseconds.map { " \($0) ms" } ?? ""))
    } else if let seen = node.lastSeen {
      parts.append(paint.warning("silent") + ", answered \(Wording.ago(seen, now: now))")
    } else {
      parts.append(paint.faint("not asked yet"))
    }
    if node.behind > 0 { parts.append(paint.warning("lacks \(Wording.grouped(node.behind))")) }
    if node.quotaBytes > 0 {
      parts.append("\(Wording.size(node.usedBytes)) of \(Wording.size(node.quotaBytes))")
    }
    parts.append(paint.faint(NamePath.line(node.url)))
    return parts.joined(separator: "  ")
  }
}
