/// All that happened in the user's folder between the index and a scan.
public struct FolderChanges: Sendable {
  /// Names of one file: hard links.
  public struct LinkGroup: Hashable, Sendable {
    /// The device that holds the file.
    public let device: UInt64
    /// Its number there.
    public let inode: UInt64
    /// The objects, two at least.
    public let members: [LocalChange.Object]
  }

  /// The changes in an order in which they can be applied one by one: created and moved objects
  /// from the root down (a folder before what is put into it), then changed ones, then deleted
  /// ones from the leaves up.
  public internal(set) var changes = LocalChanges()
  /// Files with several names in the folder, all of them, in the order of device and inode.
  public internal(set) var linkGroups: [LinkGroup] = []
  /// What could not be read.
  ///
  /// Nothing in it is taken for deleted or created.
  public internal(set) var troubles: [FolderError] = []
  /// Objects of the index of which nothing is known, because a folder could not be read.
  public internal(set) var unknownCount = 0
  /// Objects of the index before.
  public internal(set) var indexedCount = 0
  /// The vault's folder is not the one of last time: a vanished mount, or a copy.
  ///
  /// Ask first.
  public internal(set) var rootWasReplaced = false
  /// Folders that were or are the place of another file system than last time.
  public internal(set) var mountsChanged: [FolderPath] = []

  /// How many changes are of a kind.
  public func count(where isCounted: (LocalChange.Action) -> Bool) -> Int {
    changes.count { isCounted($0.action) }
  }

  /// How many objects were deleted.
  public var deletedCount: Int {
    changes.ofKnownObjects.reduce(0) { count, change in
      if case .deleted = change.action { count + 1 } else { count }
    }
  }
}
