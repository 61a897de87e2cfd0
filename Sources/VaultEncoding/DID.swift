/// A principal: `did:key` of an Ed25519 key.
///
/// docs/spec/encoding.md, "DID".
///
/// The text is always 56 characters, `did:key:z6Mk…`, and sorts as the key does.
public struct DID: Hashable, Comparable, Sendable {
  /// How many characters the text has: 56.
  public static let textBytes = 56
  /// The multicodec prefix of an Ed25519 public key.
  public static let multicodec: [UInt8] = [0xed, 0x01]
  /// The same as a number.
  private static let multicodecWord: UInt64 = 0xed01
  private static let scheme = "did:key:"
  private static let schemeLetters = Array(scheme.utf8)

  /// The Ed25519 public key.
  ///
  /// Whether it is a point of the curve is for the verifier to say.
  public let key: Bytes32

  /// The DID of a key.
  public init(key: Bytes32) {
    self.key = key
  }

  /// Reads `did:key:z6Mk…`; no other method, key type, base, fragment or form.
  public init(_ text: String) throws(DIDError) {
    // Logs hold several of these in each entry, and a view of text is slow to walk.
    var text = text
    self = try text.withUTF8 { letters in
      Result { () throws(DIDError) in try DID(letters: letters) }
    }.get()
  }

  private init(letters: UnsafeBufferPointer<UInt8>) throws(DIDError) {
    guard letters.starts(with: Self.schemeLetters) else { throw .otherMethod }
    let rest = letters[Self.schemeLetters.count...]
    guard rest.first == UInt8(ascii: "z") else { throw .otherBase }
    guard letters.count == Self.textBytes else { throw .wrongLength }
    let digits = UnsafeBufferPointer(rebasing: rest.dropFirst())
    guard let key = Multibase.withBase58Number(in: digits, Self.key) else { throw .notBase58 }
    guard let key else { throw .otherKeyType }
    self.key = key
  }

  /// The key behind the code of the key type: 34 bytes are four words and two bytes.
  private static func key(
    _ zeros: Int, _ words: UnsafeMutableBufferPointer<UInt64>.SubSequence
  ) -> Bytes32? {
    guard zeros == 0, words.count == 5, words[4] == multicodecWord else { return nil }
    return Bytes32(words: (words[3], words[2], words[1], words[0]))
  }

  /// The text, 56 characters.
  public var text: String {
    Self.scheme + Multibase.encode(Self.multicodec + key.bytes, as: .base58btc)
  }

  /// Compares as key bytes, which is the order of the texts too.
  public static func < (left: DID, right: DID) -> Bool { left.key < right.key }
}

extension DID: CustomStringConvertible {
  /// The text, 56 characters.
  public var description: String { text }
}
