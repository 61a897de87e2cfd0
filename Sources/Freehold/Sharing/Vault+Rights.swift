import VaultEncoding
import VaultFolder
import VaultPolicy

extension Vault {
  /// Whether this device is one of those that write in the scope.
  ///
  /// One whose right was taken away goes on writing for itself: the nodes refuse it, and say so.
  /// One
  /// that never had the right writes nothing at all.
  var writesHere: Bool {
    succession.former != nil
      || policy.state.wasEverAllowed(.pushLog(scope: scope), to: device)
  }

  /// Whether this device is a manager of the vault.
  var isManager: Bool { policy.state.managerGrant(of: device) != nil }

  /// What is different in a folder in which this device may only read: it stays as it is.
  func tellOfOwnChanges(_ changes: FolderChanges, _ report: inout SyncReport) {
    let paths = changes.changes.lazy.filter(\.isWorthTelling).map(\.path)
    tell(Array(paths), stayBecause: "is shared for reading only", &report)
  }

  /// What is different beyond what this device may write: it stays as it is.
  func tellOfKeptBack(_ paths: [FolderPath], _ report: inout SyncReport) {
    tell(paths, stayBecause: "may be written within limits only", &report)
  }

  private func tell(
    _ paths: [FolderPath], stayBecause reason: String, _ report: inout SyncReport
  ) {
    guard let first = paths.min() else { return }
    let more = paths.count > 1 ? " and \(paths.count - 1) more" : ""
    report.problems.append(
      Problem(
        .warning, .refused,
        "this folder \(reason): \(first.escapedForTerminal)\(more) stays on this device and goes"
          + " nowhere",
        hint: "ask for the right to write, or move it elsewhere"))
  }
}

extension LocalChange {
  /// Whether a person should hear that it stays on this device: the time of a folder moves with
  /// what is in it, and also when that came back.
  var isWorthTelling: Bool {
    if case .attributesChanged = action, stat.kind == .folder { return false }
    return true
  }
}
