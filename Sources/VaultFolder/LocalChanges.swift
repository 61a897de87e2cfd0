/// What happened in the user's folder, change by change.
///
/// A first scan finds nothing but new things, a million of them perhaps. So a created object is
/// kept as what the scan saw of it, in the listing of its folder, and its ``LocalChange`` is made
/// when it is asked for.
public struct LocalChanges: Sendable {
  /// A created or moved object, in the order of the changes.
  enum Arrival: Sendable {
    case created(number: UInt32, listing: UInt32, position: UInt32)
    /// The moved one with this number.
    case moved(UInt32)
  }

  private var arrivals: [Arrival] = []
  /// The folders that created objects lie in.
  private var places: [(entries: FolderListing, parent: LocalChange.Object)] = []
  /// Objects of another kind that had the places of created ones, by their numbers.
  private var replacing: [Int: FolderKey] = [:]
  private var moved: [LocalChange] = []
  private var rest: [LocalChange] = []
  /// How many of the places were let go.
  private var placesGone = 0

  /// No changes.
  init() {}

  init(
    arrivals: [Arrival], places: [(entries: FolderListing, parent: LocalChange.Object)],
    replacing: [Int: FolderKey], moved: [LocalChange]
  ) {
    self.arrivals = arrivals
    self.places = places
    self.replacing = replacing
    self.moved = moved
  }

  mutating func append(_ change: LocalChange) { rest.append(change) }

  mutating func append(contentsOf changes: [LocalChange]) { rest += changes }

  /// The changes of objects that were there before: all but the created ones.
  public var ofKnownObjects: some Sequence<LocalChange> {
    [moved, rest].joined()
  }

  /// Lets go of what the scan saw in the folders before that of a change, whose created objects are
  /// not asked for any more.
  public mutating func letGo(before index: Int) {
    guard index < arrivals.count, case .created(_, let listing, _) = arrivals[index] else { return }
    while placesGone < Int(listing) {
      let place = places[placesGone]
      places[placesGone].entries = FolderListing(
        path: place.entries.path, stat: place.entries.stat)
      placesGone += 1
    }
  }

  /// How many objects were created.
  public var createdCount: Int { arrivals.count - moved.count }
}

extension LocalChanges: RandomAccessCollection {
  /// The first change's index: 0.
  public var startIndex: Int { 0 }
  /// The count of changes.
  public var endIndex: Int { arrivals.count + rest.count }

  /// The change at an index.
  ///
  /// Complexity: O(depth of its place).
  /// - Precondition: it was not let go.
  public subscript(index: Int) -> LocalChange {
    guard index < arrivals.count else { return rest[index - arrivals.count] }
    switch arrivals[index] {
    case .moved(let number): return moved[Int(number)]
    case .created(let number, let listing, let position):
      let place = places[Int(listing)]
      let entry = place.entries[Int(position)]
      return LocalChange(
        action: .created(replacing: replacing[Int(number)]), object: .created(Int(number)),
        parent: place.parent, path: place.entries.path.appending(entry.name), stat: entry.stat)
    }
  }
}
