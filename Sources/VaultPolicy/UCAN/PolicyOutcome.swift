/// What conditions say about many arguments at once.
///
/// Ordered: of statements that must all hold the least counts, of alternatives the greatest.
public enum PolicyOutcome: Int, Hashable, Sendable, Comparable {
  /// They hold for none.
  case never
  /// They may hold for some.
  case sometimes
  /// They hold for every one.
  case always

  init(_ holds: Bool) { self = holds ? .always : .never }

  /// What the opposite condition says.
  var opposite: PolicyOutcome {
    switch self {
    case .never: .always
    case .sometimes: .sometimes
    case .always: .never
    }
  }

  /// Compares by how many arguments pass.
  public static func < (left: PolicyOutcome, right: PolicyOutcome) -> Bool {
    left.rawValue < right.rawValue
  }
}
