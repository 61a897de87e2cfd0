/// All ignore files that bind in a folder: its own and those of the folders above.
///
/// The deepest file with a matching rule decides. What lies in an ignored folder is ignored too,
/// and no rule can bring it back.
public struct IgnoreRules: Sendable {
  /// Why something is ignored, or is not in spite of a rule.
  public struct Decision: Sendable, Hashable {
    /// The folder whose ignore file decided; the root also for rules given beside the files.
    public let folder: FolderPath
    /// What the rule was applied to: the path asked for, or a folder above it.
    public let path: FolderPath
    /// The rule.
    public let rule: IgnoreFile.Rule
    /// True when the path is ignored.
    public var isIgnored: Bool { !rule.isNegative }
  }

  private struct Level {
    let folder: FolderPath
    let file: IgnoreFile
  }

  private var levels: [Level]

  /// Rules for the whole folder beside its ignore files; they bind least.
  public init(_ everywhere: IgnoreFile = IgnoreFile(parsing: [])) {
    levels = everywhere.rules.isEmpty ? [] : [Level(folder: .root, file: everywhere)]
  }

  /// These rules and those of a folder's ignore file.
  ///
  /// Add outer folders first.
  public func adding(_ file: IgnoreFile, at folder: FolderPath) -> IgnoreRules {
    var rules = self
    if !file.rules.isEmpty { rules.levels.append(Level(folder: folder, file: file)) }
    return rules
  }

  /// What decides about a path; nothing when no rule matches.
  ///
  /// Rules of folders that the path does not lead through are not asked. Complexity: O(depth ×
  /// rules × bytes).
  public func decision(for path: FolderPath, isFolder: Bool) -> Decision? {
    for depth in path.names.indices {
      let part = FolderPath(Array(path.names[...depth]))
      let isLast = depth == path.names.count - 1
      let decision = matcher(in: FolderPath(Array(path.names[..<depth])))
        .decision(for: part.names[depth], isFolder: isFolder || !isLast)
      if isLast || decision?.isIgnored == true { return decision }
    }
    return nil
  }

  /// The rules made ready for the names of one folder.
  func matcher(in folder: FolderPath) -> IgnoreMatcher {
    IgnoreMatcher(
      folder: folder,
      levels: levels.filter { folder.isWithin($0.folder) }.reversed().map { level in
        IgnoreMatcher.Level(
          folder: level.folder, file: level.file,
          prefix: folder.names.dropFirst(level.folder.depth).flatMap {
            $0.bytes + [PatternReader.slash]
          })
      })
  }
}
