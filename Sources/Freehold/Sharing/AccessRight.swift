import VaultPolicy

/// What somebody may do with a folder (docs/spec/sharing.md section 5).
public enum AccessRight: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Store and serve ciphertext.
  case hold
  /// Read.
  case read
  /// Read and write.
  case write
  /// Everything, letting others in and out included; for the whole vault only.
  case manage

  /// The commands that are delegated for it.
  var commands: [Command] {
    switch self {
    case .hold: Command.holder
    case .read: Command.reader
    case .write: Command.writer
    case .manage: [.vault]
    }
  }

  private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// The weaker right first.
  public static func < (left: AccessRight, right: AccessRight) -> Bool {
    left.order < right.order
  }
}
