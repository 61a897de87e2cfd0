/// What went wrong, in the terms of the command line: a code, a sentence, and what to do next.
public struct FreeholdError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure; each is an exit code of the commands.
  public enum Code: Int, Sendable, CaseIterable {
    /// Something failed that no other code describes.
    case failed = 1
    /// The request itself is wrong.
    case usage = 2
    /// Done in part; the message says what is missing.
    case partial = 3
    /// There is no such vault, path, node or version.
    case noSuchVault = 10
    /// Another process holds the vault.
    case busy = 11
    /// The device key is locked, or the passphrase is wrong.
    case locked = 12
    /// The policy refuses.
    case refused = 13
    /// No node can be reached; everything is saved locally.
    case offline = 14
    /// Somebody altered, withheld or rolled back data, or it rotted.
    case tampered = 15
    /// No space on this disk, or no quota at a node.
    case noSpace = 16
    /// A person has to decide: a conflict, or the mass-change guard.
    case needsDecision = 17
    /// Interrupted.
    case interrupted = 130
  }

  /// The kind of failure.
  public let code: Code
  /// What happened and where: no capital, no full stop, never a secret.
  public let message: String
  /// What to type or do next.
  public let hint: String?

  /// Makes an error.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// The sentence, with the hint behind it.
  public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}
