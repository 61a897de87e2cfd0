import VaultCRDT
import VaultEncoding
import VaultPolicy

extension Vault {
  /// What a device may write in this scope.
  func writingRights(of device: DID) -> WritingRights {
    policy.state.writingRights(of: device, in: scope)
  }

  /// What this device may write here; nil when it is not limited to some paths.
  ///
  /// One whose right was taken away goes on writing for itself (`writesHere`).
  var ownLimits: WritingRights? {
    guard succession.former == nil, policy.state.managerGrant(of: device) == nil else { return nil }
    let rights = writingRights(of: device)
    return rights.areUnlimited(at: .max) || rights.areOver ? nil : rights
  }

  /// Makes sure that a batch of this device stays within what it may write, before it is signed:
  /// what is outside would count nowhere, and neither would anything behind it.
  func requireWithin(_ limits: WritingRights, _ batch: Batch, before: Tree) throws {
    let judge = WritingJudge(rights: limits, entry: .max, before: before, after: tree)
    if let violation = judge.violation(in: batch) {
      throw Self.refusal(violation.act, VaultPath(violation.path))
    }
  }

  /// Makes sure that this device may do something at a path, before anything is sealed for it.
  func requireAllowed(_ act: WritingRights.Act, at path: VaultPath) throws {
    guard let limits = ownLimits, !limits.allow(act, at: path.names, in: .max) else { return }
    throw Self.refusal(act, path)
  }

  private static func refusal(_ act: WritingRights.Act, _ path: VaultPath) -> FreeholdError {
    FreeholdError(
      .refused, "this device may not \(act.words) \(path.shown)",
      hint: "it may write some paths of this folder only: freehold grants says which")
  }
}

extension WritingRights.Act {
  /// A verb for messages.
  var words: String {
    switch self {
    case .put: "write"
    case .remove: "remove"
    case .meta: "change the attributes of"
    }
  }
}
