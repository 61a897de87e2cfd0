public import VaultEncoding

/// One condition on the arguments of an invocation.
///
/// docs/spec/ucan.md, "Policies".
public indirect enum PolicyStatement: Hashable, Sendable {
  /// How a comparison compares.
  public enum Comparison: String, Hashable, Sendable, CaseIterable {
    /// Deep equality.
    case equal = "=="
    /// Deep inequality.
    case notEqual = "!="
    /// Smaller; numbers only.
    case less = "<"
    /// Smaller or equal; numbers only.
    case lessOrEqual = "<="
    /// Greater; numbers only.
    case greater = ">"
    /// Greater or equal; numbers only.
    case greaterOrEqual = ">="
  }

  /// The selected value compares so with the given one.
  case compare(Comparison, Selector, CBORValue)
  /// The selected text has the form.
  case like(Selector, LikePattern)
  /// Every statement holds.
  case and([PolicyStatement])
  /// Some statement holds, or there is none.
  case or([PolicyStatement])
  /// The statement does not hold.
  case not(PolicyStatement)
  /// The statement holds for every item or value of the selected list or map.
  case all(Selector, PolicyStatement)
  /// The statement holds for some item or value of the selected list or map.
  case any(Selector, PolicyStatement)

  /// The statement as it travels.
  public var value: CBORValue {
    switch self {
    case .compare(let comparison, let selector, let value):
      .array([.text(comparison.rawValue), .text(selector.text), value])
    case .like(let selector, let pattern):
      .array([.text("like"), .text(selector.text), .text(pattern.text)])
    case .and(let statements): .array([.text("and"), .array(statements.map(\.value))])
    case .or(let statements): .array([.text("or"), .array(statements.map(\.value))])
    case .not(let statement): .array([.text("not"), statement.value])
    case .all(let selector, let statement):
      .array([.text("all"), .text(selector.text), statement.value])
    case .any(let selector, let statement):
      .array([.text("any"), .text(selector.text), statement.value])
    }
  }
}
