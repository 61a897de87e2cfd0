import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy

/// The vectors of the UCAN working group, of go-ucan, and our own.
struct UCANVectorTests {
  @Test func `the official invocations are decided as their file says`() throws {
    let cases = try Fixture.cases("ucan/official/invocation.json")
    var allowed = 0
    for vector in cases {
      let name = try vector.text("name")
      let invocation = try #require(vector["invocation"]?.asBytes)
      let proofs = try vector.list("proofs").compactMap(\.asBytes)
      let named = Dictionary(
        proofs.map { (CID.of($0, codec: .dagCBOR), $0) }, uniquingKeysWith: { first, _ in first })
      let executor = try Invocation(decoding: invocation).executor
      var validator = InvocationValidator(
        executor: executor, now: try vector.int("time"), skewSeconds: 0)
      validator.proof = { named[$0].map { .supplied($0) } }
      var cache = TokenCache()
      let expected = vector["error"]?["name"]?.asText
      #expect((vector["valid"]?.asBool == true) == (expected == nil), "\(name)")
      #expect(Self.refusal(validator, invocation, &cache)?.code.rawValue == expected, "\(name)")
      // The same answer with everything remembered.
      #expect(Self.refusal(validator, invocation, &cache)?.code.rawValue == expected, "\(name)")
      allowed += expected == nil ? 1 : 0
    }
    #expect(allowed == 4 && cases.count == 13)
  }

  @Test func `the made chains are decided as their file says`() throws {
    let cases = try Fixture.cases("ucan/made/chains.json")
    var refused = 0
    for vector in cases {
      let name = try vector.text("name")
      let invocation = try vector.hex("invocation_hex")
      let cid = try CID(vector.text("invocation_cid"))
      #expect(CID.of(invocation, codec: .dagCBOR) == cid, "\(name)")
      var validator = InvocationValidator(
        executor: try DID(vector.text("executor")), now: try vector.int("time"),
        skewSeconds: try vector.int("drift"))
      // By the name that the file gives, which one case gives to other bytes on purpose.
      var named: [CID: [UInt8]] = [:]
      for proof in try vector.list("proofs") {
        named[try CID(proof.text("cid"))] = try proof.hex("hex")
      }
      validator.proof = { [named] in named[$0].map { .supplied($0) } }
      for revocation in vector["revocations_hex"]?.asArray ?? [] {
        let bytes = try #require(revocation.asText.flatMap { Hex.decode($0) })
        // One of them is forged, and has no effect.
        try? validator.revocations.add(bytes)
      }
      if vector["check_hops"]?.asBool == true {
        validator.projectCheck = { (invocation: Invocation) throws(UCANError) in
          guard invocation.terms.arguments["hops"]?.asInt == Int64(invocation.proofs.count) else {
            throw UCANError(.matchError, "hops")
          }
        }
      }
      var cache = TokenCache()
      let refusal = Self.refusal(validator, invocation, &cache)?.code.rawValue
      if vector["valid"]?.asBool == true {
        #expect(refusal == nil, "\(name)")
      } else {
        let accepted = try vector.list("error_any_of").compactMap(\.asText)
        #expect(refusal.map { accepted.contains($0) } == true, "\(name): \(refusal ?? "allowed")")
        refused += 1
      }
    }
    #expect(cases.count == 65 && refused > 30)
  }

  @Test func `the official delegation has the fields and the name that its file gives`() throws {
    let file = try Fixture.json("ucan/official/delegation.json")
    let cases = try file.list("valid")
    #expect(cases.count == 1)
    for vector in cases {
      let bytes = try DAGJSON.base64(vector.text("token"))
      let delegation = try Verified(Delegation(decoding: bytes)).token
      let payload = try #require(vector["envelope"]?["payload"])
      #expect(delegation.cid == (try CID(vector.text("cid"))))
      #expect(delegation.issuer.text == (try payload.text("iss")))
      #expect(delegation.audience.text == (try payload.text("aud")))
      #expect(delegation.subject?.text == (try payload.text("sub")))
      #expect(delegation.command.text == (try payload.text("cmd")))
      #expect(delegation.terms.expiresAt == (try payload.int("exp")))
      #expect(delegation.nonce == (try DAGJSON.base64(payload.text("nonce"))))
    }
  }

  @Test func `keys of the official file make the principals that its token names`() throws {
    let file = try Fixture.json("ucan/official/delegation.json")
    let principals = try #require(file["principals"])
    let token = try #require(try file.list("valid").first?["envelope"]?["payload"])
    for (name, role) in [("bob", "iss"), ("carol", "aud")] {
      let prefixed = try DAGJSON.base64(principals.text(name))
      #expect(prefixed.starts(with: [0x80, 0x26]))
      let key = try SigningKey(seed: SecretBytes(Array(prefixed.dropFirst(2))))
      #expect(key.did.text == (try token.text(role)))
    }
  }

  @Test func `release candidate tokens are well signed and refused for their tag`() throws {
    let cases = try Fixture.cases("ucan/go-ucan-rc1/delegations.json")
    for vector in cases {
      let name = try vector.text("name")
      let envelope = try Envelope(decoding: vector.hex("token_hex"))
      #expect(envelope.tag == (try vector.text("tag")), "\(name)")
      #expect(Envelope.header == (try vector.hex("varsig_hex")), "\(name)")
      #expect(envelope.cid == (try CID(vector.text("cid"))), "\(name)")
      let issuer = try DID(vector.text("iss"))
      let isGood = issuer.verifies(envelope.signature, over: envelope.signedBytes)
      #expect(isGood == vector["signature_valid"]?.asBool, "\(name)")
      #expect(envelope.payload["iss"]?.asDID == issuer, "\(name)")
      #expect(envelope.payload["cmd"]?.asText == (try vector.text("cmd")), "\(name)")
      let policy = try CapabilityPolicy(decoding: #require(envelope.payload["pol"]))
      #expect(DAGCBOR.encode(policy.value) == (try vector.hex("pol_hex")), "\(name)")
      #expect(throws: UCANError(.malformedToken, "")) {
        _ = try Delegation(decoding: envelope.bytes)
      }
    }
    #expect(cases.count == 15)
  }

  private static func refusal(
    _ validator: InvocationValidator, _ invocation: [UInt8], _ cache: inout TokenCache
  ) -> UCANError? {
    do {
      _ = try validator.validate(invocation, cache: &cache)
      return nil
    } catch {
      return error
    }
  }
}
