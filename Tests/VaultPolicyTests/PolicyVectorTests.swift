import Testing
import VaultEncoding
import VaultPolicy

/// The vectors of the policy language.
struct PolicyVectorTests {
  @Test func `the official policies hold or not as their file says`() throws {
    let cases = try Fixture.cases("ucan/official/policy.json")
    for (index, vector) in cases.enumerated() {
      let policy = try CapabilityPolicy(decoding: #require(vector["policy"]))
      let arguments = try #require(vector["args"])
      #expect(policy.holds(for: arguments) == vector["expect"]?.asBool, "case \(index)")
    }
    #expect(cases.count == 17)
  }

  @Test func `the made policies hold or not as their file says`() throws {
    let cases = try Fixture.cases("ucan/made/policies.json")
    for vector in cases {
      let text = try vector.text("policy_text")
      let value = try DAGCBOR.decode(vector.hex("policy_hex"))
      #expect(value == (try DAGJSON.decode(text)), "\(text)")
      let policy = try CapabilityPolicy(decoding: value)
      #expect(policy.value == value, "\(text)")
      let arguments = try DAGCBOR.decode(vector.hex("args_hex"))
      #expect(policy.holds(for: arguments) == vector["expect"]?.asBool, "\(text)")
    }
    #expect(cases.count == 73)
  }

  @Test func `the made selectors are read or refused as their file says`() throws {
    let cases = try Fixture.cases("ucan/made/selectors.json")
    for vector in cases {
      let text = try vector.text("selector")
      let isRead = (try? Selector(text)) != nil
      #expect(isRead == vector["valid"]?.asBool, "\(text)")
    }
    #expect(cases.count == 20)
  }
}
