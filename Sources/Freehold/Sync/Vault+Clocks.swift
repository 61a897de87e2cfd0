import VaultEncoding

extension Vault {
  /// Clocks that are further apart than this are worth a word.
  private static let clockLeadMillisecondsMax: UInt64 = 300_000

  /// Whose clock is wrong, as far as that can be told.
  ///
  /// Nothing depends on it but what people read: times of changes, and grants that end.
  func clockProblems(_ outcomes: [NodeOutcome]) -> [Problem] {
    let reached = outcomes.filter(\.isReached)
    let apart = reached.filter {
      $0.clockLeadMilliseconds.magnitude > Self.clockLeadMillisecondsMax
    }
    // The device is the odd one when nobody agrees with it.
    if apart.count == reached.count, apart.count > 1 || nodeBook.count == 1,
      let lead = apart.first?.clockLeadMilliseconds
    {
      let whom = apart.count == 1 ? "\(apart[0].name)'s" : "its nodes'"
      return [
        Problem(
          .note, .partial, "this device's clock is \(Self.apart(-lead)) \(whom)",
          hint: "timedatectl shows whether it is right; nothing is lost by it")
      ]
    }
    return apart.map { outcome in
      let lead = Self.apart(outcome.clockLeadMilliseconds)
      return Problem(
        .note, .partial, "the clock of \(outcome.name) is \(lead) this device's",
        hint: "tell its host", node: outcome.node)
    }
  }

  private static func apart(_ milliseconds: Int64) -> String {
    let minutes = milliseconds.magnitude / 60_000
    let text =
      switch minutes {
      case ..<120: "\(minutes) minutes"
      case ..<2_880: "\(minutes / 60) hours"
      default: "\(minutes / 1_440) days"
      }
    return milliseconds > 0 ? "\(text) ahead of" : "\(text) behind"
  }
}
