/// The ignore rules for the names of one folder, deepest first.
struct IgnoreMatcher {
  struct Level {
    let folder: FolderPath
    let file: IgnoreFile
    /// The path from the ignore file's folder to this one, with `/` at its end.
    let prefix: [UInt8]
  }

  let folder: FolderPath
  let levels: [Level]

  func ignores(_ name: UnsafeRawBufferPointer, isFolder: Bool) -> Bool {
    guard !levels.isEmpty, let (_, rule) = deciding(name, isFolder: isFolder) else { return false }
    return !rule.isNegative
  }

  func decision(for name: FileName, isFolder: Bool) -> IgnoreRules.Decision? {
    guard let (level, rule) = name.bytes.withUnsafeBytes({ deciding($0, isFolder: isFolder) })
    else { return nil }
    return IgnoreRules.Decision(folder: level.folder, path: folder.appending(name), rule: rule)
  }

  private func deciding(
    _ name: UnsafeRawBufferPointer, isFolder: Bool
  ) -> (Level, IgnoreFile.Rule)? {
    for level in levels {
      let path = level.file.hasPathPatterns ? level.prefix + name : []
      let rule = path.withUnsafeBytes {
        level.file.decidingRule(name: name, path: $0, isFolder: isFolder)
      }
      if let rule { return (level, rule) }
    }
    return nil
  }
}
