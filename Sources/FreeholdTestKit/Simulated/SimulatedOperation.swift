public import VaultEnvironment

/// One call that a simulated disk was asked for.
public struct SimulatedOperation: Hashable, Sendable {
  /// What kind of call it was.
  public enum Kind: Hashable, Sendable, CaseIterable {
    /// A new file, a piece of it, its sync.
    case makeFile, write, sync
    /// A change of names, and the sync that makes it durable.
    case rename, remove, makeFolder, removeFolder, syncFolder
    /// A crash point of the code, such as a commit.
    case crashPoint
    /// A reading call. It is no step: a crash there would be one before the next step.
    case read

    /// Whether it may change what is on the disk, or is a crash point: these are counted.
    public var isStep: Bool { self != .read }
  }

  /// What kind of call it was.
  public let kind: Kind
  /// The file or folder; for a crash point its name.
  public let path: DiskPath
}
