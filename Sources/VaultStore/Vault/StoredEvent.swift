public import VaultEncoding

/// Something that happened, for `log`.
public struct StoredEvent: Hashable, Sendable {
  /// When, by this device's clock.
  public let time: Timestamp
  /// What kind of thing: a plain word, such as `sync.finished`.
  public let kind: String
  /// The particulars, sealed: they may name paths.
  public let sealed: [UInt8]

  /// Describes an event.
  public init(time: Timestamp, kind: String, sealed: [UInt8]) {
    self.time = time
    self.kind = kind
    self.sealed = sealed
  }
}
