public import VaultEncoding

/// Changes settings; those that it does not name stay.
public struct SettingsBody: Hashable, Sendable {
  private static let schema = CBORSchema(required: ["values"])

  /// The new values; null removes one.
  public let values: CBORMap

  /// Puts a change together.
  public init(_ values: CBORMap) {
    self.values = values
  }

  var value: CBORValue { .map([("values", .map(values))]) }

  init(_ value: CBORValue) throws(PolicyError) {
    let fields = try PolicyFields(value, of: "settings", Self.schema)
    values = try fields.required("values", \.asMap)
    guard values.count <= PolicyLimits.settingsMax else {
      throw PolicyError(.malformed, "one entry changes too many settings")
    }
  }
}
