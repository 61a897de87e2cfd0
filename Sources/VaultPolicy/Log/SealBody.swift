public import VaultEncoding

/// Fixes which operations of an expired grant count.
public struct SealBody: Hashable, Sendable {
  private static let schema = CBORSchema(required: ["grant", "keepOps"])

  /// The entry that gave the grant.
  public let grant: CID
  /// What counts.
  public let keptOperations: KeptOperations

  /// Puts a seal together.
  public init(grant: CID, keptOperations: KeptOperations) {
    self.grant = grant
    self.keptOperations = keptOperations
  }

  var value: CBORValue {
    .map([("grant", .link(grant)), ("keepOps", keptOperations.value)])
  }

  init(_ value: CBORValue) throws(PolicyError) {
    let fields = try PolicyFields(value, of: "seal", Self.schema)
    grant = try fields.required("grant", \.asLink)
    keptOperations = try fields.required("keepOps") { KeptOperations($0) }
  }
}
