import VaultEncoding

// Conditions on every path below a folder, without trying each.
//
// The idea: `.path` stands for all texts that begin with some prefix; everything else in the
// arguments is known. A comparison that looks at the path is decided from the prefix alone, and
// where that does not decide it, it is «sometimes».
//
// Example, prefix `notes/`: like `notes/*` is always, like `*.md` sometimes, like `photos/*` never.

extension CapabilityPolicy {
  /// What all conditions say when `.path` is any text with a prefix.
  func outcome(below prefix: String, _ arguments: CBORMap) -> PolicyOutcome {
    statements.map { $0.outcome(below: prefix, .map(arguments)) }.min() ?? .always
  }
}

extension PolicyStatement {
  /// What the statement says when `.path` is any text with a prefix; `arguments` have no path.
  func outcome(below prefix: String, _ arguments: CBORValue) -> PolicyOutcome {
    switch self {
    case .compare(let comparison, let selector, let value):
      switch selector.reach(of: "path") {
      case .elsewhere: return PolicyOutcome(holds(for: arguments))
      case .within: return .sometimes
      case .exactly: return comparison.outcome(below: prefix, value)
      }
    case .like(let selector, let pattern):
      switch selector.reach(of: "path") {
      case .elsewhere: return PolicyOutcome(holds(for: arguments))
      case .within: return .sometimes
      case .exactly: return pattern.outcome(below: prefix)
      }
    case .and(let statements):
      return statements.map { $0.outcome(below: prefix, arguments) }.min() ?? .always
    case .or(let statements):
      return statements.map { $0.outcome(below: prefix, arguments) }.max() ?? .always
    case .not(let statement):
      return statement.outcome(below: prefix, arguments).opposite
    case .all(let selector, _), .any(let selector, _):
      // The statement inside sees an item only.
      let isElsewhere = selector.reach(of: "path") == .elsewhere
      return isElsewhere ? PolicyOutcome(holds(for: arguments)) : .sometimes
    }
  }
}

extension PolicyStatement.Comparison {
  fileprivate func outcome(below prefix: String, _ value: CBORValue) -> PolicyOutcome {
    let isPossible = value.asText.map { $0.utf8.starts(with: prefix.utf8) } ?? false
    switch self {
    case .equal: return isPossible ? .sometimes : .never
    case .notEqual: return isPossible ? .sometimes : .always
    // Texts have no order.
    case .less, .lessOrEqual, .greater, .greaterOrEqual: return .never
    }
  }
}

extension Selector {
  /// How a selector stands to a field of the arguments.
  fileprivate enum Reach {
    /// It does not look at it.
    case elsewhere
    /// It selects the field.
    case exactly
    /// It selects a part of it, or everything.
    case within
  }

  fileprivate func reach(of field: String) -> Reach {
    guard let first = segments.first, case .field(let name) = first.step else { return .within }
    guard name == Array(field.utf8) else { return .elsewhere }
    return segments.count == 1 ? .exactly : .within
  }
}
