import VaultEncoding
import VaultFolder

/// Writes contents from packs into files of a folder.
struct ContentCopier {
  let reader: ContentReader

  /// A file in the making with the whole content in it.
  ///
  /// Nothing is left of it when the content cannot be read.
  func draft(
    of manifest: Manifest, at path: FolderPath, expecting expectation: ExpectedState,
    with writer: FolderWriter
  ) async throws -> FileDraft {
    var folder = LastFolder()
    return try await draft(
      of: manifest, at: path, expecting: expectation, with: writer, in: &folder)
  }

  /// The same, for writing many files folder by folder.
  func draft(
    of manifest: Manifest, at path: FolderPath, expecting expectation: ExpectedState,
    with writer: FolderWriter, in folder: inout LastFolder
  ) async throws -> FileDraft {
    let draft = try writer.draft(at: path, expecting: expectation, in: &folder)
    do {
      try await reader.read(manifest) { bytes, length in
        if let bytes { try draft.write(bytes) } else { try draft.writeHole(bytes: Int64(length)) }
      }
    } catch {
      draft.discard()
      throw error
    }
    return draft
  }
}

extension Array {
  /// Sorted so that what lies in one pack comes together, packs in the order of first appearance.
  func inPackOrder(by manifest: (Element) -> Manifest?) -> [Element] {
    var order: [Bytes32: Int] = [:]
    let places = map { element -> (pack: Int32, offset: Int32) in
      guard let location = manifest(element)?.firstLocation else { return (-1, 0) }
      let place = order[location.pack] ?? order.count
      order[location.pack] = place
      return (Int32(clamping: place), Int32(clamping: location.offset))
    }
    return indices.sorted {
      (places[$0].pack, places[$0].offset, $0) < (places[$1].pack, places[$1].offset, $1)
    }.map { self[$0] }
  }
}

extension Manifest {
  /// Where the first chunk lies; nil for inline content.
  fileprivate var firstLocation: ChunkLocation? {
    switch body {
    case .inline: return nil
    case .extents(let extents), .indirect(let extents, _):
      for case .data(let chunk) in extents { return chunk.location }
      return nil
    }
  }

  /// The pack that the first chunk lies in; nil for inline content.
  var firstPack: Bytes32? { firstLocation?.pack }
}
