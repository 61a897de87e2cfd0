public import VaultEncoding

/// What an authorizer decides.
public enum Decision: Sendable {
  /// It may be done.
  case allow(Allowance)
  /// It may not.
  case refuse(Refusal)

  /// The allowance, if there is one.
  public var allowance: Allowance? {
    if case .allow(let allowance) = self { allowance } else { nil }
  }

  /// The refusal, if there is one.
  public var refusal: Refusal? {
    if case .refuse(let refusal) = self { refusal } else { nil }
  }
}

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
