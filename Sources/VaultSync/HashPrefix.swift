public import VaultEncoding

/// The first 8 bytes of a digest: enough to notice a difference, never enough to prove anything.
///
/// Where two parties compare what they hold, a prefix stands for the whole digest
/// (docs/spec/sync.md section 5). A collision means that a difference is not noticed this time.
public struct HashPrefix: Hashable, Comparable, Sendable {
  /// How many bytes there are: 8.
  public static let byteCount = 8
  private let word: UInt64

  /// The prefix of a digest.
  public init(_ digest: Bytes32) { word = digest.words.0 }

  /// The 8 bytes.
  public var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }

  /// Orders as the bytes do.
  public static func < (left: HashPrefix, right: HashPrefix) -> Bool { left.word < right.word }
}

extension HashPrefix {
  var wireValue: CBORValue { .bytes(bytes) }

  init(wire value: CBORValue, _ what: String) throws(MessageError) {
    word = try value.wireBytes(what, count: Self.byteCount).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension CID {
  /// The short form that stands for this name in a comparison.
  public var syncPrefix: HashPrefix { HashPrefix(digest) }
}
