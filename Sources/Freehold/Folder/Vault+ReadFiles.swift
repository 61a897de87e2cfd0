import VaultCRDT
import VaultCrypto
import VaultEncoding
import VaultFolder
import VaultPacking
import VaultSealing
import VaultStore

/// Files on their way from the folder into packs, during one sync.
private struct FilesUnderWay {
  /// A file whose packs are not stored yet: of small files there are thousands.
  struct Reading {
    var file: LocalIntake.FileToRead
    var extended: [UInt8]
  }

  var reading: [Int: Reading] = [:]
  /// The tag and size of the whole content, where what is being taken in is the list of its
  /// extents.
  var inner: [Int: (tag: Bytes32, sizeBytes: Int)] = [:]
  var ready: [LocalIntake.ReadFile] = []
  var readyBytes = 0

  mutating func add(
    _ file: LocalIntake.FileToRead, _ attributes: ObservedAttributes, _ manifest: Manifest
  ) {
    ready.append(
      LocalIntake.ReadFile(file: file, attributes: attributes, manifest: manifest))
    readyBytes += manifest.bytes.count
  }

  /// A batch that is worth committing before the end.
  var isWorthCommitting: Bool {
    ready.count >= Vault.changesPerBatch / 4 || readyBytes >= EntryFrame.batchBytesMax / 4
  }
}

/// A file that is to be read, and what it is read with.
private struct Source {
  let file: LocalIntake.FileToRead
  /// Its content, when the vault has it already.
  let known: LocalIntake.KnownContent?
  let mirror: FolderMirror
  let window: ChunkWindow
}

extension Vault {
  /// Reads the files that may have new content, takes it in, sends full packs to nodes meanwhile,
  /// and commits files as their packs are stored.
  ///
  /// A cancelled run keeps what it has read: packs that are not sent yet go into the outbox.
  func takeInFiles(
    _ local: LocalIntake, meter: TrafficMeter, progress: SyncProgress
  ) async throws {
    guard !local.files.isEmpty else { return }
    let mirror = local.mirror
    let tools = try makeIntake()
    let intake = tools.intake
    var line = IntakeLine(tools, sender: try packSender(meter: meter))
    var underWay = FilesUnderWay()
    progress.begin(.reading, files: local.files.count, bytes: local.filesBytes)
    try await withThrowingTaskGroup(of: IntakeLine.Done.self) { group in
      let window = ChunkWindow(chunker: tools.chunker)
      var folder = LastFolder()
      for number in local.files where !Task.isCancelled {
        let file = local.takeFile(number)
        let known = try await knownContent(of: file, local, meter: meter)
        let source = Source(file: file, known: known, mirror: mirror, window: window)
        try await read(source, in: &folder, tools, &underWay) {
          try await line.advance(in: &group, for: self)
        }
        progress.advance(files: 1, bytes: Int(file.stat.sizeBytes))
        try settle(intake, &underWay)
        if underWay.isWorthCommitting {
          try commit(&underWay, local)
        }
      }
      repeat {
        try await line.finish(in: &group, for: self)
        try settle(intake, &underWay)
      } while !underWay.reading.isEmpty
    }
    try commit(&underWay, local)
    try Task.checkCancellation()
  }

  /// The content of the vault that a file has, if it lies in packs: then nothing of it is sealed
  /// and stored a second time.
  ///
  /// The reader is made for the moment: it holds the tree, which the next commit would copy.
  private func knownContent(
    of file: LocalIntake.FileToRead, _ local: LocalIntake, meter: TrafficMeter
  ) async throws -> LocalIntake.KnownContent? {
    let expected = local.expectedContents(of: file, in: tree).filter {
      $0.sizeBytes > Manifest.inlineBytesMax && $0.sizeBytes == Int(file.stat.sizeBytes)
    }
    guard !expected.isEmpty else { return nil }
    let reader = try contentReader(meter: meter)
    for manifest in expected {
      guard let stat = try? local.mirror.root.stat(at: file.path) else { return nil }
      if await reader.isThere(manifest, at: file.path, in: local.mirror.root) {
        return LocalIntake.KnownContent(manifest: manifest, stat: stat)
      }
    }
    return nil
  }

  /// Reads one file into the intake, unless its content is `known`.
  ///
  /// A file that cannot be read is reported and left as it was.
  private func read(
    _ source: Source, in folder: inout LastFolder, _ tools: IntakeTools,
    _ underWay: inout FilesUnderWay, submit: () async throws -> Void
  ) async throws {
    let (intake, file, mirror) = (tools.intake, source.file, source.mirror)
    for attempt in 1...3 {
      let number = intake.begin()
      do {
        let reader = try FileReader(mirror.root, at: file.path, from: &folder)
        var current = file
        current.stat = reader.stat
        let extended = try reader.extendedAttributes()
        mirror.notKept += extended.notKept.map { NotKept(path: file.path, reason: $0) }
        let attributes = ObservedAttributes(reader.stat, extended: extended.kept)
        if let known = source.known, known.stat.isUnchanged(since: reader.stat) {
          intake.abandon(number)
          underWay.add(current, attributes, known.manifest)
          return
        }
        if reader.stat.sizeBytes <= Manifest.inlineBytesMax {
          intake.abandon(number)
          underWay.add(current, attributes, .inline(try reader.readSmall()))
          return
        }
        guard
          try await intake.take(
            reader, as: number, chunker: tools.chunker, window: source.window, submit: submit)
        else { return intake.abandon(number) }
        underWay.reading[number] = FilesUnderWay.Reading(
          file: current, extended: attributes.extended)
        intake.end(number)
        return
      } catch let error as FolderError {
        intake.abandon(number)
        guard error.code == .changedWhileReading, attempt < 3 else {
          mirror.troubles.append(error)
          return
        }
      }
    }
  }

  /// Takes finished manifests; a long list of extents goes into packs itself first.
  private func settle(
    _ intake: ContentIntake, _ underWay: inout FilesUnderWay
  ) throws {
    for finished in intake.takeFinished() {
      guard let reading = underWay.reading.removeValue(forKey: finished.file) else { continue }
      var manifest = finished.manifest
      if case .extents(let extents) = manifest.body {
        if let inner = underWay.inner.removeValue(forKey: finished.file) {
          manifest = Manifest(
            sizeBytes: inner.sizeBytes, body: .indirect(extents: extents, contentTag: inner.tag))
        } else if extents.count > Manifest.directExtentsMax {
          takeList(extents, of: reading, sizeBytes: manifest.sizeBytes, intake, &underWay)
          continue
        }
      }
      let attributes = ObservedAttributes(reading.file.stat, encoded: reading.extended)
      underWay.add(reading.file, attributes, manifest)
    }
  }

  private func takeList(
    _ extents: [Manifest.Extent], of reading: FilesUnderWay.Reading, sizeBytes: Int,
    _ intake: ContentIntake, _ underWay: inout FilesUnderWay
  ) {
    let number = intake.begin()
    underWay.reading[number] = reading
    underWay.inner[number] = (Manifest.contentTag(of: extents), sizeBytes)
    for part in Manifest.encode(extents).slices(of: 1 << 20) { intake.add(Array(part), to: number) }
    intake.end(number)
  }

  private func commit(_ underWay: inout FilesUnderWay, _ local: LocalIntake) throws {
    let ready = underWay.ready
    underWay.ready = []
    underWay.readyBytes = 0
    guard !ready.isEmpty else { return }
    let records = try packRecordsToAnnounce()
    var keys: [FolderKey?] = []
    try commit { draft in
      try draft.announce(records)
      keys = try ready.map { try local.write($0, in: &draft) }
    }
    for (item, key) in zip(ready, keys) {
      guard let key, let name = item.file.path.name else { continue }
      local.isThere(
        LocalIntake.Present(
          key: key, parent: item.file.parent, name: name, stat: item.file.stat,
          tag: item.tag.bytes))
    }
    local.tellIndex()
  }
}
