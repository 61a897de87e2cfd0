/// What this module refuses, with a code to compare and a sentence to read.
///
/// Two errors are equal when their codes are: the sentence may name sizes and indexes, never
/// content.
public struct PackingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of refusal; the set may grow.
  public enum Code: String, Hashable, Sendable {
    /// The C library could not make a context: memory is short.
    case noContext
    /// A length is above a limit of docs/spec/packs.md.
    case tooLong
    /// The number names no compression method.
    case unknownMethod
    /// The compressed bytes are broken, or hold another length than the manifest says.
    case badFrame
    /// k and n are outside 1 ≤ k ≤ n ≤ 32.
    case badCode
    /// A pack or shard is empty or has a length that its code cannot have made.
    case badLength
    /// Shards of one pack, or ranges of them, differ in length.
    case unequalShards
    /// The index names no shard of the code.
    case noSuchShard
    /// There are fewer than k shards to rebuild from.
    case notEnoughShards
    /// The range lies outside the pack.
    case badRange
  }

  /// What went wrong, for programs.
  public let code: Code
  /// What went wrong and where, for people: no capital, no full stop, never content.
  public let sentence: String

  init(_ code: Code, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }

  /// The code and the sentence in one line.
  public var description: String { "\(code.rawValue): \(sentence)" }

  /// Compares the codes only.
  public static func == (left: PackingError, right: PackingError) -> Bool {
    left.code == right.code
  }

  /// Hashes the code only.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(code)
  }
}
