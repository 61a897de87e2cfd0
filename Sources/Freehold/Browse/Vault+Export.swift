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
    let tree = try await tree(at: time)
    let meter = TrafficMeter()
    let reader = try contentReader(meter: meter)
    let archive = try TarWriter(systemPath: file)
    var items: [(object: ObjectID, path: [UInt8], manifest: Manifest)] = []
    var report = RestoreReport()
    var paths: [ObjectID: [UInt8]] = [.root: []]
    var listing: [(child: Child, path: [UInt8])] = []
    tree.forEachFolder { folder, children in
      let base = paths[folder] ?? []
      for child in children {
        let path = base.isEmpty ? child.name : base + [UInt8(ascii: "/")] + child.name
        paths[child.object] = path
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
    try archive.close()
    report.problems = Self.problems(reader.trouble, names: nodeNames)
    report.receivedBytes = meter.receivedBytes
    report.durationMilliseconds = (environment.clock.monotonic() - started).milliseconds
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
