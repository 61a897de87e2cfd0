import VaultCRDT
import VaultEncoding
import VaultStore

/// Merges stored feeds into a tree, a slice of each at a time.
///
/// The idea: all slices are merged together, since batches of different feeds build on each other;
/// a feed whose slice is used up reads the next one. One that waits for another does not read on.
/// Of the batches that are at the head of their feeds at least one waits for nothing, so there is
/// progress, and no more is in memory than a slice of each feed.
struct FeedReplay {
  /// How many bytes of entries are read of a feed at once.
  static let sliceBytes = 4 << 20

  private struct Cursor {
    let feed: StoredFeed
    var next: UInt64
    let last: UInt64
    var isWaiting = false
  }

  private var cursors: [Cursor]

  /// Begins behind what a tree has, and ends at a cut or at the ends of the feeds.
  init(_ feeds: [StoredFeed], after vector: VersionVector, upTo cut: VersionVector?) {
    cursors = feeds.map { feed in
      Cursor(
        feed: feed, next: vector[feed.device.key] + 1,
        last: cut.map { min($0[feed.device.key], feed.count) } ?? feed.count)
    }
  }

  /// Merges all that can be merged.
  ///
  /// `read` gives the batches of a feed from a number on, about so many bytes, and the number of
  /// the last entry read; nil when there is none.
  mutating func run(
    into tree: inout Tree,
    read: (StoredFeed, UInt64, Int) throws -> (batches: [Batch], last: UInt64?)
  ) throws {
    var waiting: [Batch] = []
    while true {
      var hasRead = false
      for index in cursors.indices where !cursors[index].isWaiting {
        let cursor = cursors[index]
        guard cursor.next <= cursor.last else { continue }
        let (batches, last) = try read(cursor.feed, cursor.next, Self.sliceBytes)
        guard let last else {
          cursors[index].next = cursor.last + 1
          continue
        }
        cursors[index].next = last + 1
        waiting += batches
        hasRead = true
      }
      guard hasRead else { return }
      waiting = tree.merge(waiting).waiting
      let stuck = Set(waiting.map(\.replica))
      for index in cursors.indices {
        cursors[index].isWaiting = stuck.contains(cursors[index].feed.device.key)
      }
    }
  }
}
