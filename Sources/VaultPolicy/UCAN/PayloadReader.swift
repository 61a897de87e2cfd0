import VaultEncoding

/// Reads the fields of a token's payload, each with its type.
struct PayloadReader {
  private let fields: CBORSchema.Fields

  /// Takes a map that has the keys of a schema.
  init(_ payload: CBORValue, _ schema: CBORSchema) throws(UCANError) {
    guard let fields = payload.asMap.flatMap(schema.fields) else {
      throw UCANError(.malformedToken, "the payload does not have exactly the keys of its kind")
    }
    self.fields = fields
  }

  func value(_ key: String) -> CBORValue? { fields[key] }

  func did(_ key: String) throws(UCANError) -> DID {
    guard let did = fields[key]?.asDID else { throw wrong(key, "a did:key of Ed25519") }
    return did
  }

  /// A DID, or null; `likely` is one that it probably is.
  func didOrNull(_ key: String, likely familiar: FamiliarDID? = nil) throws(UCANError) -> DID? {
    guard let value = fields[key], !value.isNull else { return nil }
    if let familiar, let did = familiar.read(value) { return did }
    return try did(key)
  }

  /// A DID that may be left out, but not null.
  func didIfPresent(_ key: String) throws(UCANError) -> DID? {
    fields[key] == nil ? nil : try did(key)
  }

  func secondsOrNull(_ key: String) throws(UCANError) -> Int64? {
    if fields[key]?.isNull ?? true { return nil }
    guard let seconds = fields[key]?.asInt else { throw wrong(key, "an integer or null") }
    return seconds
  }

  /// A time that may be left out, but not null.
  func secondsIfPresent(_ key: String) throws(UCANError) -> Int64? {
    guard let value = fields[key] else { return nil }
    guard let seconds = value.asInt else { throw wrong(key, "an integer") }
    return seconds
  }

  func command() throws(UCANError) -> Command {
    guard let text = fields["cmd"]?.asText else { throw wrong("cmd", "text") }
    return try Command(text)
  }

  func nonce() throws(UCANError) -> [UInt8] {
    guard let nonce = fields["nonce"]?.asBytes, nonce.count <= UCANLimits.nonceBytesMax else {
      throw wrong("nonce", "bytes, 64 at most")
    }
    return nonce
  }

  func mapIfPresent(_ key: String) throws(UCANError) -> CBORMap? {
    guard let value = fields[key] else { return nil }
    guard let map = value.asMap else { throw wrong(key, "a map") }
    return map
  }

  func linkIfPresent(_ key: String) throws(UCANError) -> CID? {
    guard let value = fields[key] else { return nil }
    guard let link = value.asLink else { throw wrong(key, "a link") }
    return link
  }

  func links(_ key: String) throws(UCANError) -> [CID] {
    guard let links = fields[key]?.asLinks else { throw wrong(key, "a list of links") }
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
    links.reserveCapacity(items.count)
    for item in items {
      guard let link = item.asLink else { return nil }
      links.append(link)
    }
    return links
  }
}
