import VaultFolder

/// Tells whether a file on the disk has a content that the vault has already, so that nothing of it
/// is sealed and stored a second time.
///
/// It follows the pieces of the manifest, not those into which the file would be cut today.
struct ContentMatcher {
  /// The content of a file, and how the file was when it was compared.
  struct Match {
    var manifest: Manifest
    var stat: FileStat
  }

  let reader: ContentReader

  /// The first of the contents that the file has; short ones, which lie in no pack, are not asked.
  func content(
    of path: FolderPath, in root: FolderRoot, among contents: [Manifest]
  ) async -> Match? {
    for manifest in contents where manifest.sizeBytes > Manifest.inlineBytesMax {
      guard let stat = try? root.stat(at: path), stat.sizeBytes == manifest.sizeBytes else {
        continue
      }
      if await reader.isThere(manifest, at: path, in: root) {
        return Match(manifest: manifest, stat: stat)
      }
    }
    return nil
  }
}
