/// What a writer should find where it is about to write.
///
/// Anything else means that somebody changed the folder meanwhile, and nothing is written.
public enum ExpectedState: Hashable, Sendable {
  /// Nothing is there.
  case absent
  /// What was there when this stat was taken, and has not changed since.
  case unchanged(FileStat)
  /// Whatever is there may be replaced; for a restore that was told to overwrite.
  case anything

  /// True when the stat (nothing: no such name) is what was expected.
  func isMet(by stat: FileStat?) -> Bool {
    switch (self, stat) {
    case (.anything, _), (.absent, nil): true
    case (.unchanged(let expected), let stat?):
      stat.kind == .folder ? stat.isSameThing(as: expected) : stat.isUnchanged(since: expected)
    case (.absent, _?), (.unchanged, nil): false
    }
  }

  /// As ``isMet(by:)`` for something that was just renamed, which moves its change time.
  func isMet(afterRename stat: FileStat) -> Bool {
    guard case .unchanged(let expected) = self else { return self == .anything }
    var moved = stat
    moved.changed = expected.changed
    return isMet(by: moved)
  }
}
