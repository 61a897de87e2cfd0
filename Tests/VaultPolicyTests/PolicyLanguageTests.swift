import Testing
import VaultEncoding
import VaultPolicy

/// Commands, selectors, patterns and statements beyond the vectors.
struct PolicyLanguageTests {
  @Test(arguments: ["", "vault", "/vault/", "//", "/a//b", "/Vault", "/É"])
  func `a command that is not a lower-case path is refused`(text: String) {
    #expect(throws: UCANError(.malformedToken, "")) { _ = try Command(text) }
  }

  @Test func `a command proves itself and what is below it`() throws {
    let vault = try Command("/vault")
    #expect(vault.proves(vault))
    #expect(vault.proves(try Command("/vault/pull/blob")))
    #expect(!vault.proves(try Command("/vaults")))
    #expect(!(try Command("/vault/pull")).proves(vault))
    #expect(Command.top.proves(vault))
    #expect(!vault.proves(.top))
  }

  @Test func `selectors beyond their limits are refused`() throws {
    let steps = String(repeating: ".a", count: UCANLimits.selectorStepsMax)
    _ = try Selector(steps)
    let long = "." + String(repeating: "a", count: UCANLimits.selectorBytesMax)
    for text in [steps + ".a", long, ".a[99999999999999999999]"] {
      #expect(throws: UCANError(.malformedToken, "")) { _ = try Selector(text) }
    }
  }

  @Test func `a quoted key may hold quotes and anything else`() throws {
    let value = CBORValue.map([("a\"b\\c ]", .int(1)), ("é", .int(2))])
    #expect(try Selector(".[\"a\\\"b\\\\c ]\"]").resolve(in: value) == .int(1))
    #expect(try Selector(".[\"é\"]").resolve(in: value) == .int(2))
    // The same letter in another form is another key.
    #expect(try Selector(".[\"e\u{301}\"]").resolve(in: value) == .null)
  }

  @Test(arguments: [
    ("a*b", "ab", true), ("a*b", "a\nb", true), ("a*b", "abc", false), ("*", "", true),
    ("**", "x", true), ("a*a", "a", false), ("*aab*", "aaab", true), ("*abab*ab", "ababab", true),
    ("*abab*ab", "abab", false), ("a\\b", "a\\b", true), ("a\\", "a\\", true), ("\\*", "*", true),
    ("\\*", "\\x", false), ("é*", "e\u{301}x", false),
  ])
  func `patterns match whole texts`(pattern: String, text: String, expected: Bool) throws {
    #expect(try LikePattern(pattern).matches(text) == expected)
  }

  @Test func `matching agrees with a slow reference on random texts`() throws {
    var generator = SeededGenerator.forTest()
    for round in 0..<5000 {
      let pattern = Self.word(&generator, of: ["a", "b", "*", "\\*", "\\"], upTo: 7)
      let text = Self.word(&generator, of: ["a", "b", "*", "\\"], upTo: 9)
      let expected = Self.matches(Array(pattern.utf8)[...], Array(text.utf8)[...])
      #expect(
        try LikePattern(pattern).matches(text) == expected,
        "round \(round): \(pattern) on \(text)")
    }
  }

  @Test func `a pattern made to explode is answered at once`() throws {
    let pattern = try LikePattern(String(repeating: "*a", count: 500) + "*b")
    let text = String(repeating: "a", count: 60_000)
    let clock = ContinuousClock()
    let elapsed = clock.measure { #expect(!pattern.matches(text)) }
    #expect(elapsed < .seconds(2))
  }

  @Test func `policies beyond their limits are refused`() throws {
    let leaf = PolicyStatement.compare(.equal, try Selector(".a"), .int(1))
    var nested = leaf
    for _ in 1..<UCANLimits.policyDepthMax { nested = .not(nested) }
    _ = try CapabilityPolicy(decoding: CapabilityPolicy([nested]).value)
    let many = [PolicyStatement](repeating: leaf, count: UCANLimits.policyStatementsMax)
    _ = try CapabilityPolicy(decoding: CapabilityPolicy(many).value)
    for policy in [CapabilityPolicy([.not(nested)]), CapabilityPolicy(many + [leaf])] {
      #expect(throws: UCANError(.malformedToken, "")) {
        _ = try CapabilityPolicy(decoding: policy.value)
      }
    }
  }

  @Test(arguments: [
    "{}", "[[]]", "[[1]]", "[[\"==\", \".a\"]]", "[[\"like\", \".a\", 1]]", "[[\"not\"]]",
    "[[\"and\", 1]]", "[[\"all\", \".a\"]]", "[[\"==\", 1, 1]]", "[[\"==\", \"a\", 1]]",
    "[[\"xor\", []]]", "[[\"or\", [[\"xor\"]]]]",
  ])
  func `a policy that cannot be read is refused`(text: String) throws {
    let value = try DAGJSON.decode(text)
    #expect(throws: UCANError(.malformedToken, "")) { _ = try CapabilityPolicy(decoding: value) }
  }

  private static func word(
    _ generator: inout SeededGenerator, of letters: [String], upTo count: Int
  ) -> String {
    (0..<generator.number(below: count + 1)).map { _ in
      letters[generator.number(below: letters.count)]
    }.joined()
  }

  /// The definition, word for word.
  private static func matches(
    _ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>
  ) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == UInt8(ascii: "*") {
      return matches(pattern.dropFirst(), text)
        || (!text.isEmpty && matches(pattern, text.dropFirst()))
    }
    let isEscape = first == UInt8(ascii: "\\") && pattern.dropFirst().first == UInt8(ascii: "*")
    let literal = isEscape ? UInt8(ascii: "*") : first
    return text.first == literal
      && matches(pattern.dropFirst(isEscape ? 2 : 1), text.dropFirst())
  }
}
