public import VaultEncoding

/// Starts a key of a scope, or seals an earlier one to more recipients.
public struct EpochBody: Hashable, Sendable {
  private static let schema = CBORSchema(
    required: ["scope", "number", "seals", "back", "extends"])

  /// An epoch that this one follows.
  public struct Link: Hashable, Sendable {
    /// The entry that started it.
    public let epoch: CID
    /// Its key, sealed under the new one; nil gives no history.
    public let sealedKey: [UInt8]?

    /// Puts a link together.
    public init(epoch: CID, sealedKey: [UInt8]?) {
      self.epoch = epoch
      self.sealedKey = sealedKey
    }
  }

  /// The scope.
  public let scope: ScopeID
  /// One more than the highest number that it follows; 0 when it follows none.
  public let number: UInt64
  /// The key, sealed to each recipient.
  public let seals: [DID: [UInt8]]
  /// The epochs that it follows.
  public let follows: [Link]
  /// The entry whose key this one seals to more recipients; nil when it starts a key.
  public let extends: CID?

  /// The start of a key.
  public init(scope: ScopeID, number: UInt64, seals: [DID: [UInt8]], follows: [Link]) {
    self.scope = scope
    self.number = number
    self.seals = seals
    self.follows = follows.sorted { $0.epoch < $1.epoch }
    extends = nil
  }

  /// More seals of a key.
  public init(extending epoch: CID, scope: ScopeID, number: UInt64, seals: [DID: [UInt8]]) {
    self.scope = scope
    self.number = number
    self.seals = seals
    follows = []
    extends = epoch
  }

  var value: CBORValue {
    .map([
      ("scope", .scope(scope)), ("number", .unsigned(number)),
      ("seals", .map(seals.map { CBORPair(key: $0.key.text, value: .bytes($0.value)) })),
      ("back", .array(follows.map { .array([.link($0.epoch), $0.sealedKey.asBytesOrNull]) })),
      ("extends", extends.map { .link($0) } ?? .null),
    ])
  }

  init(_ value: CBORValue) throws(PolicyError) {
    let fields = try PolicyFields(value, of: "epoch", Self.schema)
    scope = try fields.required("scope", \.asScope)
    number = try fields.number("number")
    seals = try fields.required("seals", Self.seals)
    follows = try fields.required("back", Self.links)
    extends = try fields.orNull("extends", \.asLink)
    guard extends == nil || follows.isEmpty else {
      throw PolicyError(.malformed, "an epoch that extends another follows none")
    }
  }

  private static func seals(_ value: CBORValue) -> [DID: [UInt8]]? {
    guard let map = value.asMap else { return nil }
    var seals: [DID: [UInt8]] = [:]
    seals.reserveCapacity(map.count)
    for pair in map {
      guard let did = try? DID(pair.key), let seal = pair.value.asBytes,
        seal.count <= PolicyLimits.sealBytesMax
      else { return nil }
      seals[did] = seal
    }
    return seals
  }

  private static func links(_ value: CBORValue) -> [Link]? {
    guard let items = value.asArray, items.count <= PolicyLimits.backMax else { return nil }
    let links = items.compactMap(link)
    guard links.count == items.count,
      zip(links, links.dropFirst()).allSatisfy({ $0.epoch < $1.epoch })
    else { return nil }
    return links
  }

  private static func link(_ value: CBORValue) -> Link? {
    guard let pair = value.asArray, pair.count == 2, let epoch = pair[0].asLink else { return nil }
    if pair[1].isNull { return Link(epoch: epoch, sealedKey: nil) }
    guard let sealed = pair[1].asBytes, sealed.count <= PolicyLimits.backSealBytesMax else {
      return nil
    }
    return Link(epoch: epoch, sealedKey: sealed)
  }
}

extension [UInt8]? {
  /// The bytes, or null.
  fileprivate var asBytesOrNull: CBORValue { map { .bytes($0) } ?? .null }
}
