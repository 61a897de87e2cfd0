public import VaultEncoding

/// Why a request had no answer.
public struct NetworkError: Error, Sendable {
  /// What kind of failure it was.
  public struct Code: Hashable, Sendable {
    /// The code's name, for `--json` and logs.
    public let name: String

    /// No connection: no address, no route, refused, or the peer is off.
    public static let unreachable = Code(name: "unreachable")
    /// Nothing came within the time allowed.
    public static let timedOut = Code(name: "timed-out")
    /// The connection broke after the request had begun: the peer may have acted on it.
    public static let interrupted = Code(name: "interrupted")
    /// The certificate is not the pinned one.
    public static let certificateRefused = Code(name: "certificate-refused")
    /// The answer is longer than the request allowed.
    public static let answerTooLarge = Code(name: "answer-too-large")
    /// What came back is not an answer.
    public static let malformedAnswer = Code(name: "malformed-answer")
    /// The task was cancelled.
    public static let cancelled = Code(name: "cancelled")
  }

  /// What kind of failure it was.
  public let code: Code
  /// Whom the request was for.
  public let peer: DID
  /// What happened, for a person.
  public let sentence: String

  /// Describes a failure.
  public init(_ code: Code, peer: DID, _ sentence: String) {
    self.code = code
    self.peer = peer
    self.sentence = sentence
  }
}

extension NetworkError: Equatable, CustomStringConvertible {
  /// Two failures are equal when their codes are.
  public static func == (left: NetworkError, right: NetworkError) -> Bool {
    left.code == right.code
  }

  /// What happened, for a person.
  public var description: String { sentence }
}
