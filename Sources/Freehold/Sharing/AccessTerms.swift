public import VaultEncoding
import VaultPolicy

/// Under which terms somebody gets a right.
public struct AccessTerms: Hashable, Sendable {
  /// The right.
  public var right: AccessRight
  /// The last moment; nil for no end.
  public var until: Timestamp?
  /// The paths that may be written, seen from the folder (`PathLimit`); nil for all.
  public var only: String?
  /// How many times it may be handed on.
  public var hops = 0

  /// A right without limits.
  public init(_ right: AccessRight) {
    self.right = right
  }

  /// The conditions of one of the delegations.
  ///
  /// Paths are a matter of what is written: nodes do not see them.
  func conditions(
    of command: Command, scopes: [ScopeID], chainLength: Int
  ) throws -> CapabilityPolicy {
    guard right != .hold else { return .none }
    var statements = [
      try PolicyStatement.scopes(scopes), try .hops(atMost: chainLength + hops),
    ]
    if command == .edit, let only {
      statements.append(try PathLimit(only).statement)
    }
    return CapabilityPolicy(statements)
  }
}
