import VaultCrypto
import VaultEncoding

@testable import VaultPolicy

/// What a policy log says about grants, read from its bytes by the text of docs/spec/policy.md and
/// judged by the slow rules.
struct ReferenceLog {
  /// A grant, as far as requests care.
  struct Grant {
    let delegation: CID
    let bytes: [UInt8]
    let isLive: Bool
  }

  let vault: DID
  /// Every grant that was ever given, by the delegation that it carries.
  private(set) var grants: [CID: [Grant]] = [:]
  /// Whom an effective revocation puts out by name.
  private(set) var removed: Set<DID> = []

  /// Takes entries that were accepted.
  init(vault: DID, _ entries: [[UInt8]]) throws {
    self.vault = vault
    var numbers: [CID: Int] = [:]
    var principals: [DID: Int] = [:]
    var abstract: [ReferenceRules.Rules.Entry] = []
    var carried: [Int: [UInt8]] = [:]
    var named: [Int: DID] = [:]
    for bytes in entries {
      numbers[CID(codec: .dagCBOR, digest: Hash.sha256(bytes))] = numbers.count
    }
    // What is named and not there yet gets a number of its own.
    func number(_ cid: CID) -> Int {
      if let known = numbers[cid] { return known }
      numbers[cid] = numbers.count
      return numbers.count - 1
    }
    for (id, bytes) in entries.enumerated() {
      let payload = try Self.payload(bytes, "vault/policy@1")
      let (kind, body) = try Self.body(payload)
      let act: ReferenceRules.Rules.Act
      switch kind {
      case "grant":
        let to = try Self.did(body["to"])
        if principals[to] == nil { principals[to] = principals.count }
        act = .grant(to: principals[to] ?? 0, rank: body["rank"]?.asUInt)
        carried[id] = body["ucan"]?.asBytes
      case "revoke":
        let principal = body["principal"]?.asDID
        if let principal, principals[principal] == nil { principals[principal] = principals.count }
        var keep: [Int: Int] = [:]
        for pair in body["keep"]?.asMap ?? [:] {
          guard let last = pair.value.asLink else { throw Unreadable() }
          keep[number(try CID(pair.key))] = number(last)
        }
        act = .revoke(
          target: body["target"]?.asLink.map(number),
          principal: principal.flatMap { principals[$0] },
          keep: keep)
        named[id] = principal
      default: act = .other
      }
      var past = (payload["deps"]?.asArray ?? []).compactMap(\.asLink)
      past += (body["back"]?.asArray ?? []).compactMap { $0.asArray?.first?.asLink }
      if kind == "epoch", let extended = body["extends"]?.asLink { past.append(extended) }
      abstract.append(
        ReferenceRules.Rules.Entry(
          id: id, actor: payload["by"]?.asLink.map { .grant(number($0)) } ?? .root,
          sequence: payload["seq"]?.asUInt ?? 0, previous: payload["prev"]?.asLink.map(number),
          dependencies: past.map(number), act: act))
    }
    let rules = ReferenceRules(abstract)
    for (id, bytes) in carried {
      let cid = CID(codec: .dagCBOR, digest: Hash.sha256(bytes))
      grants[cid, default: []].append(
        Grant(delegation: cid, bytes: bytes, isLive: rules.live.contains(id)))
    }
    removed = Set(named.filter { rules.effectiveEntries.contains($0.key) }.values)
  }

  struct Unreadable: Error {}

  static func payload(_ bytes: [UInt8], _ tag: String) throws -> CBORMap {
    guard let map = try DAGCBOR.decode(bytes).asArray?.last?.asMap?[tag]?.asMap else {
      throw Unreadable()
    }
    return map
  }

  private static func body(_ payload: CBORMap) throws -> (String, CBORMap) {
    guard let pair = payload["body"]?.asMap?.first, let body = pair.value.asMap else {
      throw Unreadable()
    }
    return (pair.key, body)
  }

  private static func did(_ value: CBORValue?) throws -> DID {
    guard let did = value?.asDID else { throw Unreadable() }
    return did
  }
}
