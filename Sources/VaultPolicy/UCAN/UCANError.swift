/// Why a token or an invocation is refused.
///
/// docs/spec/ucan.md, "Refusals".
///
/// Two errors are equal when their codes are: the sentence is for people.
public struct UCANError: Error, Hashable, Sendable {
  /// The kinds of refusal, named as the official test vectors name them.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The bytes are no token of this version, or break a limit.
    case malformedToken = "MalformedToken"
    /// A signature is not by the key in `iss`.
    case invalidSignature = "InvalidSignature"
    /// A token's time is over.
    case expired = "Expired"
    /// A token's time has not come.
    case tooEarly = "TooEarly"
    /// A link does not hand over to the next, or the invocation is for somebody else.
    case invalidAudience = "InvalidAudience"
    /// A claim that needs a proof has none, or a claim is not allowed here.
    case invalidClaim = "InvalidClaim"
    /// A proof is missing, or its bytes are not what its CID names.
    case unavailableProof = "UnavailableProof"
    /// The chain is about somebody else's things.
    case invalidSubject = "InvalidSubject"
    /// A link does not allow the command.
    case invalidCommand = "InvalidCommand"
    /// The arguments break a condition or the schema of the command.
    case matchError = "MatchError"
    /// A link was taken back.
    case revoked = "Revoked"
    /// The same invocation was seen before.
    case replay = "Replay"
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
  public static func == (left: UCANError, right: UCANError) -> Bool { left.code == right.code }

  /// Feeds the code to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension UCANError: CustomStringConvertible {
  /// The code and the sentence.
  public var description: String { "\(code.rawValue): \(sentence)" }
}
