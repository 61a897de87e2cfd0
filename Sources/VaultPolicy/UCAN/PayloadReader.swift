import VaultEncoding

/// Reads the fields of a token's payload, each with its type.
struct PayloadReader {
  private let map: CBORMap

  /// Takes a map that has all required keys and no other than these and the optional ones.
  init(
    _ payload: CBORValue, required: [String], optional: [String]
  ) throws(UCANError) {
    guard let map = payload.asMap, map.hasKeys(required, optional: optional) else {
      throw UCANError(.malformedToken, "the payload does not have exactly the keys of its kind")
    }
    guard !payload.hasUnsafeInteger else {
      throw UCANError(.malformedToken, "an integer is outside ±(2^53 − 1)")
    }
    self.map = map
  }

  func value(_ key: String) -> CBORValue? { map[key] }

  func did(_ key: String) throws(UCANError) -> DID {
    guard let did = map[key]?.asDID else { throw wrong(key, "a did:key of Ed25519") }
    return did
  }

  func didOrNull(_ key: String) throws(UCANError) -> DID? {
    if map[key]?.isNull ?? true { return nil }
    return try did(key)
  }

  /// A DID that may be left out, but not null.
  func didIfPresent(_ key: String) throws(UCANError) -> DID? {
    map[key] == nil ? nil : try did(key)
  }

  func secondsOrNull(_ key: String) throws(UCANError) -> Int64? {
    if map[key]?.isNull ?? true { return nil }
    guard let seconds = map[key]?.asInt else { throw wrong(key, "an integer or null") }
    return seconds
  }

  /// A time that may be left out, but not null.
  func secondsIfPresent(_ key: String) throws(UCANError) -> Int64? {
    guard let value = map[key] else { return nil }
    guard let seconds = value.asInt else { throw wrong(key, "an integer") }
    return seconds
  }

  func command() throws(UCANError) -> Command {
    guard let text = map["cmd"]?.asText else { throw wrong("cmd", "text") }
    return try Command(text)
  }

  func nonce() throws(UCANError) -> [UInt8] {
    guard let nonce = map["nonce"]?.asBytes, nonce.count <= UCANLimits.nonceBytesMax else {
      throw wrong("nonce", "bytes, 64 at most")
    }
    return nonce
  }

  func mapIfPresent(_ key: String) throws(UCANError) -> CBORMap? {
    guard let value = map[key] else { return nil }
    guard let map = value.asMap else { throw wrong(key, "a map") }
    return map
  }

  func linkIfPresent(_ key: String) throws(UCANError) -> CID? {
    guard let value = map[key] else { return nil }
    guard let link = value.asLink else { throw wrong(key, "a link") }
    return link
  }

  func links(_ key: String) throws(UCANError) -> [CID] {
    guard let links = map[key]?.asLinks else { throw wrong(key, "a list of links") }
    return links
  }

  private func wrong(_ key: String, _ expectation: String) -> UCANError {
    UCANError(.malformedToken, "the field \(key) is not \(expectation)")
  }
}

extension CBORValue {
  /// The links, if the value is a list of links to objects of ours.
  var asLinks: [CID]? {
    guard let items = asArray else { return nil }
    var links: [CID] = []
    for item in items {
      guard let link = item.asLink else { return nil }
      links.append(link)
    }
    return links
  }

  /// Whether an integer anywhere inside is one that some implementations would round.
  fileprivate var hasUnsafeInteger: Bool {
    switch self {
    case .unsigned(let value): value > UInt64(UCANLimits.integerMagnitudeMax)
    // −1 − value ≥ −(2^53 − 1)
    case .negative(let value): value >= UInt64(UCANLimits.integerMagnitudeMax)
    case .array(let items): items.contains { $0.hasUnsafeInteger }
    case .map(let map): map.contains { $0.value.hasUnsafeInteger }
    default: false
    }
  }
}
