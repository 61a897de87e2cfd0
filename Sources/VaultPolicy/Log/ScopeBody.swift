public import VaultEncoding

/// Says that a unit of read access exists.
public struct ScopeBody: Hashable, Sendable {
  private static let schema = CBORSchema(required: ["scope", "parent", "label"])

  /// The scope.
  public let scope: ScopeID
  /// The scope around it; nil for the vault's root folder.
  public let parent: ScopeID?
  /// What it is, sealed: nodes see no names.
  public let label: [UInt8]?

  /// Puts a scope together.
  public init(scope: ScopeID, parent: ScopeID?, label: [UInt8]? = nil) {
    self.scope = scope
    self.parent = parent
    self.label = label
  }

  var value: CBORValue {
    .map([
      ("scope", .scope(scope)), ("parent", parent.map { .scope($0) } ?? .null),
      ("label", label.map { .bytes($0) } ?? .null),
    ])
  }

  init(_ value: CBORValue) throws(PolicyError) {
    let fields = try PolicyFields(value, of: "scope", Self.schema)
    scope = try fields.required("scope", \.asScope)
    parent = try fields.orNull("parent", \.asScope)
    label = try fields.orNull("label") { value in
      value.asBytes.flatMap { $0.count <= PolicyLimits.labelBytesMax ? $0 : nil }
    }
  }
}
