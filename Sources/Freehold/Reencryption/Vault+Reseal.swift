import VaultCRDT
import VaultEncoding
import VaultFolder
import VaultPacking

// The pieces of some files under the newest keys.

extension Vault {
  private static let troublesShown = 20

  /// What was sealed anew: the files with their new manifests, and what could not be read.
  typealias Resealed = (values: [(file: ResealedFile, value: [UInt8])], troubles: [Problem])

  /// Seals some files; what cannot be read is left out and named.
  ///
  /// Their packs are durable here when this returns.
  func seal(
    _ files: [ResealedFile], than epoch: UInt64, _ root: FolderRoot?, _ reader: ContentReader,
    _ progress: SyncProgress
  ) async throws -> Resealed {
    let tools = try makeIntake(knowing: epoch)
    var numbers: [Int: ResealedFile] = [:]
    var resealed: Resealed = ([], [])
    for file in files {
      do {
        numbers[try await seal(file, root, tools, reader)] = file
      } catch let error as FreeholdError where error.isOfOneFile {
        if resealed.troubles.count < Self.troublesShown {
          resealed.troubles.append(problem(with: file, error))
        }
      }
      progress.advance(files: 1, bytes: file.manifest.sizeBytes)
    }
    try tools.finish(store: store)
    for finished in tools.intake.takeFinished() {
      guard let file = numbers[finished.file] else { continue }
      guard finished.manifest.contentTag == file.manifest.contentTag,
        case .extents(let extents) = finished.manifest.body
      else { throw FreeholdError(.failed, "a file that is sealed anew became another content") }
      let content: ScopeSeed.Content =
        extents.count <= Manifest.directExtentsMax
        ? .value(finished.manifest.bytes)
        : .long(
          extents: extents, sizeBytes: file.manifest.sizeBytes,
          contentTag: file.manifest.contentTag)
      resealed.values.append((file, try bytes(of: content)))
    }
    return resealed
  }

  /// Seals one file's pieces: from the folder, or from the nodes; its number in the intake.
  private func seal(
    _ file: ResealedFile, _ root: FolderRoot?, _ tools: IntakeTools, _ reader: ContentReader
  ) async throws -> Int {
    let extents = try await reader.extents(of: file.manifest)
    if let root, let names = tree.path(of: file.object) {
      let number = tools.intake.begin()
      let path = FolderPath(names.compactMap { FileName($0) })
      if try tools.cut(path, in: root, at: extents, as: number, store: store) {
        tools.intake.end(number)
        return number
      }
      tools.intake.abandon(number)
    }
    let number = tools.intake.begin()
    do {
      for extent in extents {
        try Task.checkCancellation()
        switch extent {
        case .hole(let length): tools.intake.addHole(length, to: number)
        case .data(let chunk):
          tools.intake.add(try await reader.read(chunk), to: number)
          try tools.advance(store: store)
        }
      }
    } catch {
      tools.intake.abandon(number)
      throw error
    }
    tools.intake.end(number)
    return number
  }

  private func problem(with file: ResealedFile, _ error: FreeholdError) -> Problem {
    let path = VaultPath(tree.path(of: file.object) ?? []).shown
    return Problem(.warning, error.code, "\(path): \(error.message)", hint: error.hint)
  }
}

extension FreeholdError {
  /// Whether it is about the pieces of one file, so that others can be sealed all the same.
  var isOfOneFile: Bool { code == .offline || code == .tampered }
}

extension Manifest.Extent {
  /// Whether a piece lies under another key than those of an epoch.
  func isSealed(otherwiseThan epoch: UInt64) -> Bool {
    guard case .data(let chunk) = self else { return false }
    return chunk.key != .epoch(epoch)
  }
}

extension IntakeTools {
  /// Cuts a file of the folder at given places; false when it is not that content, or is not there.
  fileprivate func cut(
    _ path: FolderPath, in root: FolderRoot, at extents: [Manifest.Extent], as number: Int,
    store: (ContentIntake.Packed) throws -> Void
  ) throws -> Bool {
    var cutter = PieceCutter(extents)
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    func take(_ bytes: UnsafeRawBufferPointer) throws -> Bool {
      try Task.checkCancellation()
      return try cutter.take(bytes) { bytes, length in
        guard let bytes else { return intake.addHole(length, to: number) }
        intake.add(bytes, to: number)
        try advance(store: store)
      }
    }
    do {
      let file = try FileReader(root, at: path)
      while let goesOn = try file.nextPiece({ piece -> Bool in
        switch piece {
        case .data(let bytes): return try take(bytes)
        case .hole(let length):
          var left = length
          while left > 0 {
            let count = Int(min(left, Int64(zeros.count)))
            guard
              try zeros.withUnsafeBytes({
                try take(UnsafeRawBufferPointer(rebasing: $0[..<count]))
              })
            else { return false }
            left -= Int64(count)
          }
          return true
        }
      }) {
        guard goesOn else { return false }
      }
    } catch is FolderError {
      return false
    }
    return cutter.isComplete
  }
}
