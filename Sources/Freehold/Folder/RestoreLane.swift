import Synchronization
import VaultCRDT
import VaultEncoding
import VaultFolder

/// A file that a restore writes: no more than what finds it again, because there may be millions.
struct RestoredFile: Sendable {
  let thing: ShownThing
  /// Where it goes; the files of one folder share it.
  let folder: FolderPath
  let name: FileName
  let sizeBytes: Int

  var path: FolderPath { folder.appending(name) }
}

extension Tree {
  /// What a file that is restored holds; nil when it makes no sense.
  func manifest(of file: RestoredFile) -> Manifest? {
    content(of: file.thing).flatMap { try? Manifest(decoding: $0.value) }
  }
}

/// One of the tasks that write a restore's files side by side: while one waits for a pack, the
/// others open chunks and write.
struct RestoreLane: Sendable {
  /// Two keep the processors busy while the third waits for the network.
  static let count = 3

  let tree: Tree
  let writer: FolderWriter
  let source: ContentReader.Source
  let progress: SyncProgress

  /// Writes the files of one run after the other until there are none.
  func write(_ queue: RestoreQueue) async throws -> RestoreReport {
    let contents = ContentCopier(reader: try source.reader())
    var report = RestoreReport()
    var folder = LastFolder()
    while let run = queue.next() {
      for file in run {
        try Task.checkCancellation()
        try await write(file, from: contents, in: &folder, report: &report)
        progress.advance(files: 1, bytes: file.sizeBytes)
      }
    }
    return report
  }

  /// Writes one file; what stops only this one is noted.
  ///
  /// A file that is there with the right content is taken as it is: an interrupted restore goes on.
  func write(
    _ file: RestoredFile, from contents: ContentCopier, in folder: inout LastFolder,
    report: inout RestoreReport
  ) async throws {
    guard let manifest = tree.manifest(of: file) else {
      let sentence = "\(file.path): its manifest makes no sense"
      return report.problems.append(Problem(.danger, .tampered, sentence))
    }
    do {
      let draft = try await contents.draft(
        of: manifest, at: file.path, expecting: .absent, with: writer, in: &folder)
      let written = try draft.finish(tree.fileAttributes(of: file.thing))
      for error in written.unapplied {
        report.problems.append(Problem(.warning, .partial, "\(error)"))
      }
      report.files += 1
      report.bytes += file.sizeBytes
    } catch let error as FolderError where error.code == .noSpace {
      throw error
    } catch let error as FolderError where error.code == .exists {
      guard await contents.reader.isThere(manifest, at: file.path, in: writer.root) else {
        return report.problems.append(Problem(.warning, .partial, "\(error)"))
      }
      takeAsItIs(file, report: &report)
    } catch let error as FolderError {
      report.problems.append(Problem(.warning, .partial, "\(error)"))
    } catch let error as FreeholdError {
      report.problems.append(
        Problem(.danger, error.code, "\(file.path): \(error.message)", hint: error.hint))
    }
  }

  private func takeAsItIs(_ file: RestoredFile, report: inout RestoreReport) {
    do {
      let written = try writer.setAttributes(
        tree.fileAttributes(of: file.thing), at: file.path, expecting: .anything)
      for error in written.unapplied {
        report.problems.append(Problem(.warning, .partial, "\(error)"))
      }
      report.filesThere += 1
    } catch {
      report.problems.append(Problem(.warning, .partial, "\(error)"))
    }
  }
}

/// The files of a restore in runs that share a pack; each run goes to one lane.
final class RestoreQueue: Sendable {
  private static let filesInRunMax = 1_000

  private let files: [RestoredFile]
  private let tree: Tree
  private let start = Mutex(0)

  /// Files of a tree in the order of their packs.
  init(_ files: [RestoredFile], of tree: Tree) {
    self.files = files
    self.tree = tree
  }

  /// The next run; nil when all are taken.
  func next() -> ArraySlice<RestoredFile>? {
    start.withLock { start in
      guard start < files.count else { return nil }
      let pack = firstPack(files[start])
      let most = min(files.count, start + (pack == nil ? Self.filesInRunMax : files.count))
      let end = files[start..<most].firstIndex { firstPack($0) != pack } ?? most
      defer { start = end }
      return files[start..<end]
    }
  }

  private func firstPack(_ file: RestoredFile) -> Bytes32? { tree.manifest(of: file)?.firstPack }
}
