/// A value of the IPLD data model, as DAG-CBOR holds it.
///
/// docs/spec/encoding.md, "DAG-CBOR".
///
/// Equality is equality of the encoded bytes: text compares by its UTF-8 bytes and numbers of
/// different kinds are never equal.
public enum CBORValue: Sendable {
  /// A number from 0 to 2^64 − 1.
  case unsigned(UInt64)
  /// The number −1 − n, down to −2^64.
  case negative(UInt64)
  /// Bytes.
  case bytes([UInt8])
  /// Text.
  case text(String)
  /// A list.
  case array([CBORValue])
  /// A map from text; sorted, without duplicates.
  case map(CBORMap)
  /// True or false.
  case bool(Bool)
  /// Nothing.
  case null
  /// A finite 64-bit float; encoding an infinite one or NaN is our mistake.
  case double(Double)
  /// A link to one of our own objects.
  indirect case link(CID)
  /// A link of a codec, hash or version that Freehold does not write; kept, never followed.
  indirect case foreignLink(AnyCID)
}

extension CBORValue {
  /// An integer of either sign.
  public static func int(_ value: Int64) -> CBORValue {
    value >= 0 ? .unsigned(UInt64(value)) : .negative(UInt64(bitPattern: ~value))
  }

  /// An integer of either sign.
  public static func int(_ value: Int) -> CBORValue { int(Int64(value)) }

  /// A link to an object of whatever kind.
  public static func link(any cid: AnyCID) -> CBORValue {
    if let own = cid.cid { .link(own) } else { .foreignLink(cid) }
  }

  /// A map; pairs may come in any order, and of two equal keys the later stays.
  public static func map(_ pairs: [(String, CBORValue)]) -> CBORValue {
    .map(CBORMap(pairs.map { CBORPair(key: $0.0, value: $0.1) }))
  }

  /// A map; pairs may come in any order, and of two equal keys the later stays.
  public static func map(_ pairs: [CBORPair]) -> CBORValue {
    .map(CBORMap(pairs))
  }

  /// Sixteen bytes that name a scope.
  public static func scope(_ scope: ScopeID) -> CBORValue { .bytes(scope.bytes) }

  /// Thirty-two bytes.
  public static func bytes(_ value: Bytes32) -> CBORValue { .bytes(value.bytes) }

  /// A DID as text.
  public static func did(_ did: DID) -> CBORValue { .text(did.text) }

  /// The integer, if it is one and fits.
  public var asInt: Int64? {
    switch self {
    case .unsigned(let value): Int64(exactly: value)
    case .negative(let value): Int64(exactly: value).map { ~$0 }
    default: nil
    }
  }

  /// The integer, if it is one and not negative.
  public var asUInt: UInt64? {
    if case .unsigned(let value) = self { value } else { nil }
  }

  /// The bytes, if the value is bytes.
  public var asBytes: [UInt8]? {
    if case .bytes(let value) = self { value } else { nil }
  }

  /// The 32 bytes, if the value is exactly so many.
  public var asBytes32: Bytes32? { asBytes.flatMap { Bytes32($0) } }

  /// The scope, if the value is exactly 16 bytes.
  public var asScope: ScopeID? { asBytes.flatMap { ScopeID($0) } }

  /// The text, if the value is text.
  public var asText: String? {
    if case .text(let value) = self { value } else { nil }
  }

  /// The DID, if the value is the text of one.
  public var asDID: DID? { asText.flatMap { try? DID($0) } }

  /// The items, if the value is a list.
  public var asArray: [CBORValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// The pairs, if the value is a map.
  public var asMap: CBORMap? {
    if case .map(let value) = self { value } else { nil }
  }

  /// True or false, if the value is either.
  public var asBool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The float, if the value is one.
  public var asDouble: Double? {
    if case .double(let value) = self { value } else { nil }
  }

  /// The link, if the value is one to an object of ours.
  public var asLink: CID? {
    if case .link(let value) = self { value } else { nil }
  }

  /// The link, if the value is one of whatever kind.
  public var asAnyLink: AnyCID? {
    switch self {
    case .link(let cid): AnyCID(cid)
    case .foreignLink(let cid): cid
    default: nil
    }
  }

  /// Whether the value is null.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The value of a key, if this is a map that has it.
  ///
  /// O(log n).
  public subscript(key: String) -> CBORValue? { asMap?[key] }
}

extension CBORValue: Hashable {
  /// Whether both encode to the same bytes.
  public static func == (left: CBORValue, right: CBORValue) -> Bool {
    switch (left, right) {
    case (.unsigned(let a), .unsigned(let b)): a == b
    case (.negative(let a), .negative(let b)): a == b
    case (.bytes(let a), .bytes(let b)): a == b
    case (.text(let a), .text(let b)): UTF8Order.areEqual(a, b)
    case (.array(let a), .array(let b)): a == b
    case (.map(let a), .map(let b)): a == b
    case (.bool(let a), .bool(let b)): a == b
    case (.null, .null): true
    case (.double(let a), .double(let b)): a.bitPattern == b.bitPattern
    case (.link(let a), .link(let b)): a == b
    case (.foreignLink(let a), .foreignLink(let b)): a == b
    default: false
    }
  }

  /// Feeds the value to a hasher; values with equal bytes feed the same.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .unsigned(let value): hasher.combine(value)
    case .negative(let value): hasher.combine(~value)
    case .bytes(let value): hasher.combine(value)
    // Canonically equivalent texts hash alike though they are not equal here: harmless.
    case .text(let value): hasher.combine(value)
    case .array(let value): hasher.combine(value)
    case .map(let value): hasher.combine(value)
    case .bool(let value): hasher.combine(value)
    case .null: hasher.combine(0 as UInt8)
    case .double(let value): hasher.combine(value.bitPattern)
    case .link(let value): hasher.combine(value)
    case .foreignLink(let value): hasher.combine(value)
    }
  }
}
