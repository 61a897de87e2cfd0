public import VaultEncoding

/// Why something may not be done.
public struct Refusal: Hashable, Sendable {
  /// The rule that was broken.
  public let code: UCANError.Code
  /// What is wrong, in one sentence.
  public let sentence: String
  /// Proofs that would have to be sent along.
  public let missing: [CID]
  /// Where the chain that was shown is revoked, another of the log that allows the same to the same
  /// principal; empty when there is none.
  public let instead: [Verified<Delegation>]

  init(
    code: UCANError.Code, sentence: String, missing: [CID] = [],
    instead: [Verified<Delegation>] = []
  ) {
    self.code = code
    self.sentence = sentence
    self.missing = missing
    self.instead = instead
  }
}
