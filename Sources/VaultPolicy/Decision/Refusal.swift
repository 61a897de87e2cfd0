public import VaultEncoding

/// Why something may not be done.
public struct Refusal: Hashable, Sendable {
  /// The rule that was broken.
  public let code: UCANError.Code
  /// What is wrong, in one sentence.
  public let sentence: String
  /// Proofs that would have to be sent along.
  public let missing: [CID]

  init(code: UCANError.Code, sentence: String, missing: [CID] = []) {
    self.code = code
    self.sentence = sentence
    self.missing = missing
  }
}
