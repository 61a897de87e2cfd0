/// What a sealed item is looked up by: 16 bytes of a keyed hash, of a path for example.
public struct ItemToken: Hashable, Sendable {
  /// How many bytes there are: 16.
  public static let byteCount = 16

  /// The 16 bytes.
  public let bytes: [UInt8]

  /// Takes exactly 16 bytes; any other count makes nil.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = Array(bytes)
  }
}
