import Testing
import VaultCrypto
import VaultEncoding

@testable import VaultPolicy

/// The bytes of entries: what is read back, and what is refused.
struct PolicyEntryTests {
  @Test func `every kind of entry reads back as it was written`() throws {
    let vault = try TestVault()
    let phone = try vault.addPhone()
    let scope = vault.scope
    let kept = KeptOperations([
      vault.phone.signing.did: [FeedPosition(scope: scope, count: 3, chain: .zero)]
    ])
    try vault.write(as: vault.laptop) { author, generator in
      let epoch = try author.startEpoch(of: scope, seals: [author.log.vault: [9]], history: [:])
      try author.addSeals(to: epoch.cid, seals: [vault.bob.signing.did: [8]])
      try author.nameScope(.generate(using: &generator), parent: scope, label: [1, 2])
      try author.changeSettings(["redundancy": .array([.int(2), .int(3)])])
      try author.sealOperations(of: phone, keptOperations: kept)
      try author.revoke(.principal(vault.bob.signing.did), keptOperations: .none)
      try author.revoke(.grant(phone), keptOperations: kept)
    }
    var acts: Set<AdminAct> = []
    for entry in vault.log.entries {
      let read = try PolicyEntry(decoding: entry.bytes)
      #expect(read.body == entry.body && read.cid == entry.cid && read.actor == entry.actor)
      #expect(read.dependencies == entry.dependencies && read.previous == entry.previous)
      acts.insert(read.body.act)
    }
    #expect(acts == Set(AdminAct.allCases))
  }

  @Test func `an entry that is changed anywhere is refused`() throws {
    let vault = try TestVault()
    let entry = try #require(
      try vault.write(as: vault.laptop) { author, _ in
        try author.changeSettings(["a": .int(1)])
      }.first)
    let before = try PolicyLog(
      genesis: vault.log.genesis, restoring: vault.log.entries.dropLast().map(\.bytes))
    for index in entry.bytes.indices {
      var changed = entry.bytes
      changed[index] ^= 0x10
      var log = before
      #expect(throws: PolicyError.self, "byte \(index)") {
        // An entry whose past is unknown waits; it is never accepted.
        guard case .waiting = try log.add(changed) else { return }
        throw PolicyError(.malformed, "")
      }
    }
  }

  /// Changes of one field each, and the refusal.
  private static let mutations: [(String, @Sendable (inout [String: CBORValue]) -> Void)] = [
    ("seq missing", { $0["seq"] = nil }), ("unknown key", { $0["more"] = .int(1) }),
    ("vault no DID", { $0["vault"] = .text("did:web:x") }), ("by text", { $0["by"] = .text("me") }),
    ("seq negative", { $0["seq"] = .int(-1) }), ("seq huge", { $0["seq"] = .unsigned(1 << 53) }),
    ("seq float", { $0["seq"] = .double(0) }), ("prev text", { $0["prev"] = .text("x") }),
    ("deps no list", { $0["deps"] = .null }), ("deps not links", { $0["deps"] = .array([.null]) }),
    ("body empty", { $0["body"] = .map([] as [(String, CBORValue)]) }),
    ("body unknown", { $0["body"] = .map([("other", .null)]) }),
    ("body two", { $0["body"] = .map([("scope", .null), ("seal", .null)]) }),
  ]

  @Test(arguments: mutations.indices)
  func `an entry with a wrong field is refused`(index: Int) throws {
    let vault = try TestVault()
    let entry = try #require(vault.log.entries.first { $0.body.act == .scope })
    let envelope = try Envelope(decoding: entry.bytes)
    var fields: [String: CBORValue] = [:]
    for pair in try #require(envelope.payload.asMap) { fields[pair.key] = pair.value }
    let (name, mutate) = Self.mutations[index]
    mutate(&fields)
    let changed = try Envelope.signed(
      tag: PolicyEntry.tag, payload: .map(fields.map { ($0.key, $0.value) }),
      by: vault.root.signing)
    #expect(throws: PolicyError(.malformed, ""), "\(name)") {
      _ = try PolicyEntry(decoding: changed.bytes)
    }
  }

  /// Bodies with `SCOPE` and `DID` for a scope and a principal.
  private static let bodies: [(String, String)] = [
    ("scope of 3 bytes", #"{"scope":{"scope":{"/":{"bytes":"AAAA"}},"parent":null,"label":null}}"#),
    ("scope without parent", #"{"scope":{"scope":SCOPE}}"#),
    ("settings no map", #"{"settings":{"values":1}}"#),
    (
      "revocation of nothing",
      #"{"revoke":{"target":null,"principal":null,"keep":{},"keepOps":{},"ucan":null}}"#
    ),
    (
      "keep without a link",
      #"{"revoke":{"target":null,"principal":DID,"keep":{"x":1},"keepOps":{},"ucan":null}}"#
    ),
    (
      "kept operations of nobody",
      #"{"revoke":{"target":null,"principal":DID,"keep":{},"keepOps":{"x":[]},"ucan":null}}"#
    ),
    (
      "epoch with a text for a seal",
      #"{"epoch":{"scope":SCOPE,"number":0,"seals":{DID:"x"},"back":[],"extends":null}}"#
    ),
    (
      "epoch with a broken link",
      #"{"epoch":{"scope":SCOPE,"number":0,"seals":{},"back":[[1,2]],"extends":null}}"#
    ),
    (
      "grant of no delegation",
      #"{"grant":{"ucan":{"/":{"bytes":"AA"}},"to":DID,"rank":1,"kem":null}}"#
    ),
    ("seal of no grant", #"{"seal":{"grant":1,"keepOps":{}}}"#),
  ]

  @Test(arguments: bodies.indices)
  func `a body with a wrong field is refused`(index: Int) throws {
    let (name, template) = Self.bodies[index]
    let did = "did:key:z6MkmT9j6fVZqzXV8u2wVVSu49gYSRYGSQnduWXF6foAJrqz"
    let text = template.replacing("DID", with: "\"\(did)\"")
      .replacing("SCOPE", with: #"{"/":{"bytes":"AAAAAAAAAAAAAAAAAAAAAA"}}"#)
    let value = try DAGJSON.decode(text)
    #expect(throws: PolicyError(.malformed, ""), "\(name)") {
      _ = try PolicyBody(value, isTrusted: false)
    }
  }

  @Test func `an entry above its size is refused before it is read`() throws {
    let vault = try TestVault()
    #expect(throws: PolicyError(.malformed, "")) {
      try vault.log.add([UInt8](repeating: 0, count: PolicyLimits.entryBytesMax + 1))
    }
  }

  @Test func `a genesis by another key is refused`() throws {
    let vault = try TestVault()
    let other = try TestVault(seed: 8)
    let payload = try Envelope(decoding: vault.log.genesis.bytes).payload
    let forged = try Envelope.signed(
      tag: Genesis.tag, payload: payload, by: other.root.signing)
    #expect(throws: PolicyError(.invalidSignature, "")) {
      _ = try Genesis(decoding: forged.bytes)
    }
  }
}
