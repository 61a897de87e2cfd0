import VaultCRDT
public import VaultEncoding
import VaultEnvironment
import VaultFolder

extension Vault {
  /// Writes the whole vault, as it is now or was at a time, into a tar file.
  public func export(
    to file: [UInt8], at time: Timestamp? = nil, progress: SyncProgress = SyncProgress()
  ) async throws -> RestoreReport {
    let started = environment.clock.monotonic()
    let meter = TrafficMeter()
    let archive = try TarWriter(systemPath: file)
    var report = RestoreReport()
    for item in try await exported(at: time, meter: meter) {
      report.add(try await write(item, archive, progress))
    }
    try archive.close()
    report.receivedBytes = meter.receivedBytes
    report.durationMilliseconds = (environment.clock.monotonic() - started).milliseconds
    return report
  }

  /// A scope to be written into a tar file: below which path, and what its contents are read with.
  private struct Exported: Sendable {
    var path: [UInt8]
    var tree: Tree
    var contents: ContentReader.Source
    var nodeNames: [DID: String]
  }

  /// This scope and those inside it.
  private func exported(at time: Timestamp?, meter: TrafficMeter) async throws -> [Exported] {
    let tree = try await tree(at: time)
    var all = [
      Exported(
        path: [], tree: tree, contents: try contentReader(meter: meter).source,
        nodeNames: nodeNames)
    ]
    for (mount, part) in try await openParts() where mountWasThere(mount, in: tree) {
      let base = VaultPath(mount.path).bytes
      all += try await part.exported(at: time, meter: meter).map { item in
        var item = item
        item.path = item.path.isEmpty ? base : base + [UInt8(ascii: "/")] + item.path
        return item
      }
    }
    return all
  }

  private func write(
    _ scope: Exported, _ archive: TarWriter, _ progress: SyncProgress
  ) async throws -> RestoreReport {
    let tree = scope.tree
    let reader = try scope.contents.reader()
    var items: [(object: ObjectID, path: [UInt8], manifest: Manifest)] = []
    var report = RestoreReport()
    var paths: [ObjectID: [UInt8]] = [.root: scope.path]
    var listing: [(child: Child, path: [UInt8])] = []
    tree.forEachFolder { folder, children in
      guard let base = paths[folder] else { return }
      for child in children {
        let path = base.isEmpty ? child.name : base + [UInt8(ascii: "/")] + child.name
        // What is in another scope's folder is written from there.
        let isMount = child.kind == .folder && tree.attribute(of: child.object, .scope) != nil
        paths[child.object] = isMount ? nil : path
        listing.append((child, path))
      }
    }
    for (child, path) in listing {
      guard let manifest = try place(child, at: path, in: tree, archive) else { continue }
      items.append((child.object, path, manifest))
      reader.expect(manifest)
    }
    let files = items.inPackOrder(by: \.manifest)
    progress.begin(
      .writing, files: files.count, bytes: files.reduce(0) { $0 + $1.manifest.sizeBytes })
    for item in files {
      try archive.begin(
        item.path, .file(sizeBytes: item.manifest.sizeBytes), tree.fileAttributes(of: item.object))
      try await reader.read(item.manifest) { bytes, length in
        try archive.write(bytes ?? [UInt8](repeating: 0, count: length))
      }
      report.files += 1
      report.bytes += item.manifest.sizeBytes
      progress.advance(files: 1, bytes: item.manifest.sizeBytes)
    }
    report.problems = Self.problems(reader.trouble, names: scope.nodeNames)
    return report
  }

  /// Writes folders and links at once; returns a file's manifest, to be written later.
  private func place(
    _ child: Child, at path: [UInt8], in tree: Tree, _ archive: TarWriter
  ) throws -> Manifest? {
    let attributes = tree.fileAttributes(of: child.object)
    let value = tree.contents(of: child.object).first?.value ?? []
    switch child.kind {
    case .folder: try archive.begin(path + [UInt8(ascii: "/")], .folder, attributes)
    case .symlink: try archive.begin(path, .symlink(target: value), attributes)
    case .file: return try Manifest(decoding: value)
    }
    return nil
  }
}
