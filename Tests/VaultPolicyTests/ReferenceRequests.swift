import VaultCrypto
import VaultEncoding

/// Decides requests by the text of docs/spec/ucan.md and docs/spec/requests.md, step by step: slow,
/// plain to read, and without any code of the program that it is compared with.
struct ReferenceRequests {
  /// What is decided.
  enum Verdict: Equatable {
    /// Allowed, and for which of the asked scopes the same chain holds.
    case allow(Set<ScopeID>)
    /// Refused, with the code of the specification.
    case refuse(String)

    var code: String? { if case .refuse(let code) = self { code } else { nil } }
  }

  private struct Refused: Error {
    let code: String
    init(_ code: String) { self.code = code }
  }

  let log: ReferenceLog
  let me: DID

  /// Decides an invocation, with the proofs that came along and the body that it is about.
  func decide(
    _ bytes: [UInt8], proofs: [[UInt8]], body: [UInt8], now: Int64, scopes: [ScopeID]
  ) -> Verdict {
    do {
      let (invocation, isSigned) = try token(bytes, "ucan/inv@1.0.0", bytesMax: 65_536)
      let chain = try check(invocation, isSigned: isSigned, supplied: proofs, now: now)
      let args = invocation["args"]?.asMap ?? [:]
      guard args["digest"]?.asBytes == Hash.sha256(body).bytes,
        args["size"]?.asUInt == UInt64(body.count)
      else { throw Refused("mismatch") }
      let asked = args["scope"]?.asScope
      return .allow(
        Set(scopes.filter { (asked ?? $0) == $0 && allows(chain, scope: $0) }))
    } catch {
      return .refuse((error as? Refused)?.code ?? "MalformedToken")
    }
  }

  private func check(
    _ invocation: CBORMap, isSigned: Bool, supplied: [[UInt8]], now: Int64
  ) throws -> [CBORMap] {
    // 1 and 2: the fields, and who signed them.
    try require(
      invocation, ["iss", "sub", "cmd", "args", "prf", "nonce", "exp"],
      optional: ["aud", "meta", "iat", "cause"])
    guard let issuer = invocation["iss"]?.asDID, let subject = invocation["sub"]?.asDID,
      let command = invocation["cmd"]?.asText, isCommand(command),
      let args = invocation["args"]?.asMap, let names = invocation["prf"]?.asArray,
      names.allSatisfy({ $0.asLink != nil }), let nonce = invocation["nonce"]?.asBytes,
      nonce.count <= 64, invocation["aud"] == nil || invocation["aud"]?.asDID != nil,
      invocation["iat"] == nil || invocation["iat"]?.asInt != nil,
      invocation["meta"] == nil || invocation["meta"]?.asMap != nil,
      invocation["cause"] == nil || invocation["cause"]?.asLink != nil,
      isIntOrNull(invocation["exp"])
    else { throw Refused("MalformedToken") }
    guard isSigned else { throw Refused("InvalidSignature") }
    let audience = invocation["aud"]?.asDID
    let expires = invocation["exp"]?.asInt
    // 3: time and addressee.
    if let expires, now > expires + 60 { throw Refused("Expired") }
    guard (audience ?? subject) == me else { throw Refused("InvalidAudience") }
    // 4 to 6: the proofs.
    if names.isEmpty, issuer != subject { throw Refused("InvalidClaim") }
    guard names.count <= 8 else { throw Refused("MalformedToken") }
    let links = try names.map { try find($0.asLink, among: supplied) }
    let chain = try links.map { try delegation($0) }
    for link in chain {
      if let end = link["exp"]?.asInt, now > end + 60 { throw Refused("Expired") }
      if let start = link["nbf"]?.asInt, now < start - 60 { throw Refused("TooEarly") }
    }
    try checkHandOver(chain, issuer: issuer, subject: subject, command: command)
    // 10: what the project asks, then every condition.
    try checkProfile(
      command, args, proofs: names.count, subject: subject, hasAudience: audience != nil,
      issued: invocation["iat"]?.asInt, expires: expires, now: now)
    for link in chain {
      for condition in link["pol"]?.asArray ?? [] where !holds(condition, .map(args)) {
        throw Refused("MatchError")
      }
    }
    try checkStanding(names.compactMap(\.asLink), chain, isAboutHost: command.hasPrefix("/host/"))
    return chain
  }

  // MARK: The chain

  private func find(_ cid: CID?, among supplied: [[UInt8]]) throws -> [UInt8] {
    guard let cid else { throw Refused("MalformedToken") }
    if let grant = log.grants[cid]?.first { return grant.bytes }
    let sent = supplied.prefix(8).filter { $0.count <= 8_192 }
    guard let bytes = sent.first(where: { Hash.sha256($0) == cid.digest }), cid.codec == .dagCBOR
    else { throw Refused("UnavailableProof") }
    return bytes
  }

  private func delegation(_ bytes: [UInt8]) throws -> CBORMap {
    let (link, isSigned) = try token(bytes, "ucan/dlg@1.0.0", bytesMax: 8_192)
    try require(
      link, ["iss", "aud", "sub", "cmd", "pol", "nonce", "exp"],
      optional: ["nbf", "meta"])
    guard link["iss"]?.asDID != nil, link["aud"]?.asDID != nil,
      let command = link["cmd"]?.asText, isCommand(command), link["pol"]?.asArray != nil,
      let nonce = link["nonce"]?.asBytes, nonce.count <= 64, isIntOrNull(link["exp"]),
      link["nbf"] == nil || link["nbf"]?.asInt != nil
    else { throw Refused("MalformedToken") }
    guard isSigned else { throw Refused("InvalidSignature") }
    return link
  }

  private func checkHandOver(
    _ chain: [CBORMap], issuer: DID, subject: DID, command: String
  ) throws {
    guard let first = chain.first else { return }
    guard let owner = first["sub"]?.asDID else { throw Refused("InvalidClaim") }
    guard first["iss"]?.asDID == owner,
      chain.allSatisfy({ ($0["sub"]?.asDID ?? subject) == subject })
    else { throw Refused("InvalidSubject") }
    var holder: DID? = owner
    for link in chain {
      guard link["iss"]?.asDID == holder else { throw Refused("InvalidAudience") }
      holder = link["aud"]?.asDID
    }
    guard holder == issuer else { throw Refused("InvalidAudience") }
    let commands = chain.compactMap { $0["cmd"]?.asText } + [command]
    for (above, below) in zip(commands, commands.dropFirst())
    where !(above == "/" || above == below || below.hasPrefix(above + "/")) {
      throw Refused("InvalidCommand")
    }
  }

  private func checkStanding(_ names: [CID], _ chain: [CBORMap], isAboutHost: Bool) throws {
    for (name, link) in zip(names, chain) {
      if let grants = log.grants[name] {
        guard grants.contains(where: \.isLive) else { throw Refused("Revoked") }
      } else if let holder = link["aud"]?.asDID, log.removed.contains(holder) {
        throw Refused("Revoked")
      }
    }
    guard let first = names.first, !isAboutHost else { return }
    guard log.grants[first] != nil else { throw Refused("UnavailableProof") }
  }

  private func allows(_ chain: [CBORMap], scope: ScopeID) -> Bool {
    let args = CBORValue.map([
      ("digest", .bytes([UInt8](repeating: 0, count: 32))), ("size", .unsigned(0)),
      ("hops", .int(chain.count)), ("scope", .bytes(scope.bytes)),
    ])
    return chain.allSatisfy { link in
      (link["pol"]?.asArray ?? []).allSatisfy { holds($0, args) }
    }
  }

  // MARK: The profile

  private enum Need { case none, may, must }
  private static let commands: [String: (scope: Need, shard: Need)] = {
    var table: [String: (scope: Need, shard: Need)] = [
      "/vault/pull/head": (.may, .none), "/vault/pull/log": (.may, .none),
      "/vault/pull/blob": (.none, .may), "/vault/pull/policy": (.none, .none),
      "/vault/push/head": (.may, .none), "/vault/push/log": (.may, .none),
      "/vault/push/blob": (.none, .must), "/vault/link": (.none, .none),
      "/vault/audit": (.none, .none), "/vault/repair": (.none, .must),
      "/host/store": (.none, .none), "/host/usage": (.none, .none),
    ]
    for act in ["grant", "revoke", "epoch", "scope", "settings", "seal"] {
      table["/vault/admin/" + act] = (.none, .none)
    }
    return table
  }()

  private func checkProfile(
    _ command: String, _ args: CBORMap, proofs: Int, subject: DID, hasAudience: Bool,
    issued: Int64?, expires: Int64?, now: Int64
  ) throws {
    guard hasAudience, let issued, let expires, issued <= expires, expires <= issued + 300 else {
      throw Refused("InvalidClaim")
    }
    guard issued <= now + 60 else { throw Refused("TooEarly") }
    guard let needs = Self.commands[command] else { throw Refused("InvalidCommand") }
    var allowed = ["digest", "size", "hops"]
    var required = allowed
    for (key, need) in [("scope", needs.scope), ("shard", needs.shard)] {
      if need != .none { allowed.append(key) }
      if need == .must { required.append(key) }
    }
    guard args.allSatisfy({ allowed.contains($0.key) }),
      required.allSatisfy({ args[$0] != nil }), args["digest"]?.asBytes?.count == 32,
      args["size"]?.asUInt != nil, args["hops"]?.asInt == Int64(proofs),
      args["scope"] == nil || args["scope"]?.asBytes?.count == 16,
      args["shard"] == nil || args["shard"]?.asBytes?.count == 32
    else { throw Refused("MatchError") }
    guard subject == (command.hasPrefix("/host/") ? me : log.vault) else {
      throw Refused("InvalidSubject")
    }
  }

  // MARK: Conditions

  private func holds(_ condition: CBORValue, _ args: CBORValue) -> Bool {
    guard let items = condition.asArray, let kind = items.first?.asText else { return false }
    switch kind {
    case "and": return (items[1].asArray ?? []).allSatisfy { holds($0, args) }
    case "or":
      let choices = items[1].asArray ?? []
      return choices.isEmpty || choices.contains { holds($0, args) }
    case "not": return !holds(items[1], args)
    default: break
    }
    // Only names of the top are asked for here; a key that is missing is null.
    guard let selector = items[1].asText, selector.hasPrefix("."), items.count == 3 else {
      return false
    }
    let value =
      selector == "." ? args : args.asMap?[String(selector.dropFirst())] ?? CBORValue.null
    switch kind {
    case "==": return value == items[2]
    case "!=": return value != items[2]
    case "<=":
      guard let left = value.asInt, let right = items[2].asInt else { return false }
      return left <= right
    case ">":
      guard let left = value.asInt, let right = items[2].asInt else { return false }
      return left > right
    case "like":
      guard let text = value.asText, let pattern = items[2].asText else { return false }
      return isLike(Array(text.utf8), Array(pattern.utf8))
    default: return false
    }
  }

  private func isLike(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == UInt8(ascii: "*") {
      return (0...text.count).contains {
        isLike(Array(text.dropFirst($0)), Array(pattern.dropFirst()))
      }
    }
    return text.first == first && isLike(Array(text.dropFirst()), Array(pattern.dropFirst()))
  }

  // MARK: Tokens

  /// The payload of an envelope, and whether who issued it has signed it.
  private func token(
    _ bytes: [UInt8], _ tag: String, bytesMax: Int
  ) throws -> (CBORMap, isSigned: Bool) {
    guard bytes.count <= bytesMax,
      let items = (try? DAGCBOR.decode(bytes))?.asArray, items.count == 2,
      let signature = items[0].asBytes, signature.count == 64, let content = items[1].asMap,
      content.count == 2,
      content["h"]?.asBytes == [0x34, 0x01, 0xed, 0x01, 0xed, 0x01, 0x13, 0x71],
      let payload = content[tag]?.asMap, let issuer = payload["iss"]?.asDID
    else { throw Refused("MalformedToken") }
    return (payload, issuer.verifies(signature, over: DAGCBOR.encode(items[1])))
  }

  private func require(_ map: CBORMap, _ keys: [String], optional: [String]) throws {
    guard keys.allSatisfy({ map[$0] != nil }),
      map.allSatisfy({ keys.contains($0.key) || optional.contains($0.key) })
    else { throw Refused("MalformedToken") }
  }

  private func isIntOrNull(_ value: CBORValue?) -> Bool {
    value?.isNull ?? false || value?.asInt != nil
  }

  private func isCommand(_ text: String) -> Bool {
    text == "/"
      || text.hasPrefix("/") && !text.hasSuffix("/") && !text.contains("//")
        && text == text.lowercased() && text.utf8.count <= 256
  }
}
