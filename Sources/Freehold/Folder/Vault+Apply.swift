import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultStore

extension Vault {
  /// What the folder lacks to be what the tree shows; nil when it shows everything.
  func planForFolder(_ mirror: FolderMirror) throws -> FolderPlan? {
    guard
      mirror.needsWriting || mirror.applied.hasLeftovers || mirror.applied.vector != tree.vector
    else { return nil }
    tree.labelClashes()
    var planner = FolderPlanner(
      tree: tree, index: mirror.index,
      touched: try objectsTouched(since: mirror.applied.vector), adopted: mirror.adopted,
      keys: mirror.keys, mounts: Set(mirror.mounts.map(\.object)))
    planner.run()
    mirror.keys = planner.keys
    return planner.plan
  }

  /// Writes into the folder what the tree has and it does not show.
  ///
  /// What cannot be written now is said and tried again with the next sync. With `nodes` only
  /// those are asked for contents.
  func writeFolder(
    _ mirror: FolderMirror, nodes: Set<DID>?, meter: TrafficMeter, progress: SyncProgress,
    report: inout SyncReport
  ) async throws {
    guard let plan = try planForFolder(mirror) else { return }
    try mirror.renewTime()
    let shown = tree.vector
    var options = FolderWriter.Options(
      permissionMask: FolderWriter.Options.usualPermissions, syncsEachFile: false)
    options.beforeStep = folderStep
    let reader = try contentReader(meter: meter, nodes: nodes)
    let applier = FolderApplier(
      plan, mirror: mirror, tree: tree,
      writer: FolderWriter(mirror.root, options: options, using: &generator),
      contents: ContentCopier(reader: reader), progress: progress, generator: generator)
    let result = await Result.catching { try await applier.run() }
    report.incoming = applier.counts
    report.problems += plan.problems + applier.problems + applier.missing.problems
    report.problems += Self.problems(reader.trouble, names: nodeNames)
    if case .failure(let error) = result {
      // What was done is noted, unless this stands for a crash.
      if (error as? FolderError)?.code != .interrupted { try store(mirror) }
      throw error
    }
    if !applier.isUnfinished { mirror.applied.vector = shown }
    mirror.applied.hasLeftovers = applier.hasLeftovers || applier.isUnfinished
    mirror.applied.hasMarks = plan.hasMarks
    mirror.adopted = applier.isUnfinished ? mirror.adopted : []
    mirror.needsWriting = false
    try store(mirror)
  }

  /// Keeps the folder index and what the folder shows.
  func store(_ mirror: FolderMirror) throws {
    try mirror.store(
      folder: facts.folder, home: home, storeKey: keys.storeKey, disk: environment.disk,
      using: &generator)
  }
}

extension FolderApplier.Missing {
  /// What is missing, in one sentence.
  var problems: [Problem] {
    guard let error else { return [] }
    let what = files == 1 ? "1 file waits for its content" : "\(files) files wait for their content"
    let severity: Problem.Severity = error.code == .tampered ? .danger : .warning
    return [
      Problem(
        severity, error.code == .offline ? .partial : error.code, "\(what): \(error.message)",
        hint: error.hint ?? "freehold sync tries it again")
    ]
  }
}

extension Result where Failure == any Error {
  /// What a body gives or throws.
  fileprivate static func catching(_ body: () async throws -> Success) async -> Result {
    do {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }
}
