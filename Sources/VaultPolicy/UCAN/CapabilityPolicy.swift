public import VaultEncoding

/// The conditions of one delegation: all of them must hold.
///
/// docs/spec/ucan.md, "Policies".
public struct CapabilityPolicy: Hashable, Sendable {
  /// No condition.
  public static let none = CapabilityPolicy([])

  /// The conditions.
  public let statements: [PolicyStatement]

  /// Takes the conditions as they are.
  public init(_ statements: [PolicyStatement]) {
    self.statements = statements
  }

  /// Reads the conditions as they travel.
  public init(decoding value: CBORValue) throws(UCANError) {
    var reader = PolicyStatementReader()
    statements = try reader.readList(value, depth: 1)
  }

  /// The conditions as they travel.
  public var value: CBORValue { .array(statements.map(\.value)) }

  /// Whether all conditions hold.
  public func holds(for arguments: CBORValue) -> Bool {
    statements.allSatisfy { $0.holds(for: arguments) }
  }
}
