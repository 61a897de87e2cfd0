import VaultCRDT
public import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultSync

/// What a restore did.
public struct RestoreReport: Hashable, Sendable {
  /// Files written.
  public var files = 0
  /// Files that were there already, with the right content.
  public var filesThere = 0
  /// Their bytes.
  public var bytes = 0
  /// Bytes received from nodes.
  public var receivedBytes = 0
  /// What could not be written, and which nodes answered wrongly.
  public var problems: [Problem] = []
  /// How long it took.
  public var durationMilliseconds = 0
}

extension RestoreReport {
  /// Adds what a scope inside the vault's folder says.
  mutating func add(_ other: RestoreReport) {
    files += other.files
    filesThere += other.filesThere
    bytes += other.bytes
    receivedBytes += other.receivedBytes
    problems += other.problems.filter { !problems.contains($0) }
  }
}

extension Vault {
  /// Writes paths, as they are now or were at a time, into a folder outside the vault.
  ///
  /// The root goes into the folder itself, anything else under its own name. What is there already
  /// is not overwritten; a file with the right content counts as restored, so that an interrupted
  /// restore goes on where it was.
  public func restore(
    _ paths: [VaultPath], to target: [UInt8], at time: Timestamp? = nil,
    progress: SyncProgress = SyncProgress()
  ) async throws -> RestoreReport {
    let started = environment.clock.monotonic()
    var own: [VaultPath] = []
    var report = RestoreReport()
    for path in paths {
      guard let inner = try await inner(path, at: time) else {
        own.append(path)
        continue
      }
      let name = inner.path.names.isEmpty ? [path.names.last ?? []] : []
      report.add(
        try await inner.vault.restore(
          [inner.path], to: Self.place(name, below: target), at: time, progress: progress))
    }
    if !own.isEmpty || paths.isEmpty {
      report.add(try await restoreOwn(own, to: target, at: time, progress: progress))
    }
    report.durationMilliseconds = (environment.clock.monotonic() - started).milliseconds
    return report
  }

  /// Writes paths of this scope, and then what the scopes inside hold.
  private func restoreOwn(
    _ paths: [VaultPath], to target: [UInt8], at time: Timestamp?, progress: SyncProgress
  ) async throws -> RestoreReport {
    let tree = try await tree(at: time)
    let objects = try paths.map { (try find($0, in: tree), $0) }
    let meter = TrafficMeter()
    let root = try Self.openTarget(target)
    let options = FolderWriter.Options(
      permissionMask: FolderWriter.Options.allPermissions, syncsEachFile: false)
    let writer = FolderWriter(root, options: options, using: &generator)
    var restore = TreeWriter(
      tree: tree, writer: writer,
      contents: ContentCopier(reader: try contentReader(meter: meter)), progress: progress)
    for (object, path) in objects {
      if object == .root {
        try restore.plan(folder: .root, at: .root)
      } else if let name = path.names.last.flatMap({ FileName($0) }) {
        try restore.plan(object, at: FolderPath([name]))
      }
    }
    var report: RestoreReport
    do {
      report = try await restore.run()
    } catch let error as FolderError where error.code == .noSpace {
      throw Self.isFull(target, error)
    }
    report.problems += Self.problems(restore.trouble, names: nodeNames)
    report.receivedBytes = meter.receivedBytes
    for path in paths {
      for (mount, part) in try await openParts()
      where mount.path.starts(with: path.names) && mountWasThere(mount, in: tree) {
        let name = path.names.last.map { [$0] } ?? []
        let inside = name + mount.path.dropFirst(path.names.count)
        report.add(
          try await part.restore(
            [.root], to: Self.place(inside, below: target), at: time, progress: progress))
      }
    }
    return report
  }

  private static func place(_ names: [[UInt8]], below target: [UInt8]) -> [UInt8] {
    names.reduce(target) { $0 + [UInt8(ascii: "/")] + $1 }
  }

  private static func openTarget(_ target: [UInt8]) throws -> FolderRoot {
    do {
      try FolderRoot.make(systemPath: target)
      return try FolderRoot(systemPath: target)
    } catch {
      guard error.code != .noSpace else { throw isFull(target, error) }
      throw FreeholdError(.usage, "the target folder cannot be used: \(error)")
    }
  }

  private static func isFull(_ target: [UInt8], _ error: FolderError) -> FreeholdError {
    FreeholdError(
      .noSpace, "\(error), in \(DiskPath(target))",
      hint: "make room there, then restore again: it goes on where it was")
  }

  var nodeNames: [DID: String] { nodeBook.mapValues(\.name) }

  /// What went wrong with nodes while reading, in words.
  static func problems(
    _ trouble: PackFetcher.Trouble, names: [DID: String]
  ) -> [Problem] {
    let guilty = trouble.guilty.sorted().map { node in
      Problem(
        .danger, .tampered,
        "\(names[node] ?? node.text) gave wrong bytes; others gave the right ones",
        hint: "freehold check --all says what else is wrong there", node: node)
    }
    let silent = trouble.silent.subtracting(trouble.guilty).sorted().map { node in
      Problem(
        .note, .offline, "\(names[node] ?? node.text) did not answer; others did", node: node)
    }
    return guilty + silent
  }
}
