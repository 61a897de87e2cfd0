internal import CPlatform
internal import Glibc

extension FolderRoot {
  /// The longest target that Linux lets a link have.
  public static let linkTargetBytesMax = 4095

  /// The target of a symbolic link, as bytes, not followed.
  /// - Throws: ``FolderError``: `wrongKind` when it is not a link.
  public func linkTarget(at path: FolderPath) throws(FolderError) -> [UInt8] {
    guard let name = path.name, let parent = path.parent else {
      throw FolderError(.wrongKind, at: path, action: "read link")
    }
    let folder = try openFolder(at: parent)
    var target = [UInt8](repeating: 0, count: FolderRoot.linkTargetBytesMax + 1)
    let filled = target.withUnsafeMutableBytes { buffer in
      name.withCString { name in
        freehold_read_link(
          folder.number, name, buffer.assumingMemoryBound(to: CChar.self).baseAddress,
          buffer.count)
      }
    }
    if filled == -Int(NumberOfError.invalid) {
      throw FolderError(.wrongKind, at: path, action: "read link")
    }
    return Array(target.prefix(try check(filled, at: path, "read link")))
  }

  /// The bytes of the ignore file in a folder; none when there is none that can be read.
  public func ignoreRules(in folder: FolderPath) -> [UInt8] {
    let path = folder.appending(IgnoreFile.name)
    guard let reader = try? FileReader(self, at: path, bufferBytes: 1 << 16) else { return [] }
    return (try? reader.readWhole(bytesMax: IgnoreFile.bytesMax).bytes) ?? []
  }

  /// The extended attributes of a file, folder or link.
  ///
  /// Links and special files are not opened; they cannot have attributes of a user.
  /// - Throws: ``FolderError`` of the system.
  public func extendedAttributes(at path: FolderPath) throws(FolderError) -> ExtendedAttributes {
    guard let name = path.name, let parent = path.parent else {
      return try ExtendedAttributes(of: descriptor, at: path)
    }
    let folder = try openFolder(at: parent)
    guard let stat = try folder.stat(of: name, in: parent) else {
      throw FolderError(.notFound, at: path, action: "read attributes of")
    }
    guard stat.kind == .file || stat.kind == .folder else {
      return ExtendedAttributes(
        notKept: ExtendedAttributes.namesNotKept(of: name, in: folder))
    }
    let file = try open(name, in: folder, flags: FREEHOLD_O_PATH, at: path)
    return try ExtendedAttributes(of: file, at: path)
  }
}
