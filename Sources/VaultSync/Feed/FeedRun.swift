import VaultEncoding

/// Entries of one feed, one after the other, as they travel in a message.
public struct FeedRun: Hashable, Sendable {
  /// The feed they belong to.
  public let feed: FeedKey
  /// The sequence number of the first.
  public let first: Int
  /// The encoded entries.
  public let entries: [[UInt8]]

  /// The sequence number of the last; `first - 1` when there are none.
  public var last: Int { first + entries.count - 1 }

  /// Makes a run that starts at `first`.
  public init(feed: FeedKey, first: Int, entries: [[UInt8]]) {
    self.feed = feed
    self.first = first
    self.entries = entries
  }

  /// Why a run was refused.
  public enum Refusal: Error, Equatable, Sendable {
    /// An entry does not decode.
    case malformed(MessageError)
    /// The run starts after the end of the receiver's copy, or an entry has another number.
    case gap(have: Int, first: Int)
    /// The run says something else about entries that the receiver has.
    case contradiction(at: Int)
    /// The last entry is not signed by the feed's device, or does not match the chain.
    case signature(at: Int)
  }

  /// An entry that a verified run proved, with the position after it.
  public struct Accepted: Sendable {
    /// The decoded entry.
    public let entry: FeedEntry
    /// The bytes as received.
    public let bytes: [UInt8]
    /// The feed's position after this entry.
    public let position: FeedPosition
  }

  /// Checks that the run continues a copy that ends at `position` and is signed at its end.
  ///
  /// Entries that the receiver already has are skipped. They are not compared one by one: whoever
  /// rewrote them cannot reach the signed chain of what follows. The longest signed prefix is
  /// accepted, so a run cut short still helps.
  public func verified(
    continuing position: FeedPosition
  ) throws(Refusal) -> [Accepted] {
    guard first <= position.count + 1, first >= 1 else {
      throw .gap(have: position.count, first: first)
    }
    var accepted: [Accepted] = []
    var provenCount = 0
    var at = position
    for bytes in entries.dropFirst(position.count + 1 - first) {
      let entry: FeedEntry
      do {
        entry = try FeedEntry(decoding: bytes)
      } catch {
        throw .malformed(error)
      }
      guard entry.sequence == at.count + 1 else {
        throw .gap(have: at.count, first: entry.sequence)
      }
      at = at.advanced(by: entry)
      accepted.append(Accepted(entry: entry, bytes: bytes, position: at))
      guard entry.signature != nil else { continue }
      guard entry.isSigned(by: feed.device, at: at) else { throw .signature(at: entry.sequence) }
      provenCount = accepted.count
    }
    guard accepted.isEmpty || provenCount > 0 else { throw .signature(at: at.count) }
    return Array(accepted.prefix(provenCount))
  }
}
