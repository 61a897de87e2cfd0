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
  /// Whether who writes may also remove, move and rename what is there.
  public var removes = true
  /// How many times it may be handed on.
  public var hops = 0

  /// A right without limits.
  public init(_ right: AccessRight) {
    self.right = right
  }

  /// The commands that are delegated for it.
  var commands: [Command] {
    guard right == .write, !removes else { return right.commands }
    return right.commands.flatMap { $0 == .edit ? Command.additions : [$0] }
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
    if Command.edit.proves(command), let only {
      statements.append(try PathLimit(only).statement)
    }
    return CapabilityPolicy(statements)
  }
}
