/// Why a policy entry is refused.
///
/// docs/spec/policy.md, "Refusals".
///
/// Two errors are equal when their codes are: the sentence is for people.
public struct PolicyError: Error, Hashable, Sendable {
  /// The kinds of refusal.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The bytes are no entry, or break a limit.
    case malformed
    /// The entry is of another vault.
    case otherVault
    /// The signature is not by whom the entry acts for.
    case invalidSignature
    /// The author may not do this.
    case notAuthorised
    /// The entry contradicts what it builds on: sequence, rank, depth, epoch number.
    case notWellFormed
    /// The log is full.
    case full
    /// The author's key or grant cannot write this entry.
    case cannotAuthor
  }

  /// What kind of refusal it is.
  public let code: Code
  /// What is wrong and where, in one sentence without a capital or a full stop.
  public let sentence: String

  /// Joins a code and a sentence.
  public init(_ code: Code, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }

  /// Whether both are the same kind of refusal.
  public static func == (left: PolicyError, right: PolicyError) -> Bool { left.code == right.code }

  /// Feeds the code to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension PolicyError: CustomStringConvertible {
  /// The code and the sentence.
  public var description: String { "\(code.rawValue): \(sentence)" }
}
