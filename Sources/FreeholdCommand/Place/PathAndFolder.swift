import Freehold
import VaultEnvironment

/// Sorts what was typed after a verb into paths and DIR: DIR is last, and it is there when it names
/// a vault's folder itself.
struct PathAndFolder {
  /// The paths as typed.
  private(set) var paths: [String]
  /// The vault's folder as typed.
  private(set) var folder: String?

  /// Takes all words; at most `pathsMax` of them are paths, and at least `pathsMin`.
  init(
    _ words: [String], pathsMin: Int = 0, pathsMax: Int = .max, session: Session
  ) throws {
    paths = words
    let mayHoldFolder = session.options.folder == nil && words.count > pathsMin
    if mayHoldFolder, let last = words.last,
      words.count > pathsMax || VaultPlace.isBound(last, disk: session.environment.disk)
    {
      folder = paths.removeLast()
    }
    if let extra = paths.dropFirst(pathsMax).first {
      throw FreeholdError(.usage, "“\(NamePath.shown(extra))” is one word too many")
    }
  }
}
