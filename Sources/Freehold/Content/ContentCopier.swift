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
    let draft = try writer.draft(at: path, expecting: expectation)
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
    let keyed = enumerated().map { number, element -> (Int, Int, Int, Element) in
      guard case .data(let chunk)? = manifest(element)?.firstExtent else {
        return (-1, 0, number, element)
      }
      let pack = chunk.location.pack
      let place = order[pack] ?? order.count
      order[pack] = place
      return (place, chunk.location.offset, number, element)
    }
    return keyed.sorted { ($0.0, $0.1, $0.2) < ($1.0, $1.1, $1.2) }.map(\.3)
  }
}

extension Manifest {
  /// The first extent that lies in a pack, or nil for inline content.
  fileprivate var firstExtent: Extent? {
    switch body {
    case .inline: nil
    case .extents(let extents), .indirect(let extents, _): extents.first { $0.pack != nil }
    }
  }
}
