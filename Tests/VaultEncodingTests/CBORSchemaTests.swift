import Testing

@testable import VaultEncoding

/// Closed maps: a schema says what `hasKeys` says, and finds what a look-up finds.
struct CBORSchemaTests {
  private let schema = CBORSchema(required: ["seq", "by", "body"], optional: ["prev", "a"])

  @Test func `a map with the required keys is taken, with or without the others`() throws {
    for absent in [[], ["prev"], ["a"], ["a", "prev"]] {
      let keys = ["a", "by", "seq", "body", "prev"].filter { !absent.contains($0) }
      let map = CBORMap(keys.enumerated().map { CBORPair(key: $1, value: .int($0)) })
      let fields = try #require(schema.fields(of: map))
      for (number, key) in keys.enumerated() { #expect(fields[key] == .int(number)) }
      for key in absent { #expect(fields[key] == nil) }
    }
  }

  @Test func `a map that lacks a key, or has another, is not`() {
    for keys in [[], ["by", "seq"], ["by", "seq", "bodi"], ["b", "by", "seq", "body"]] {
      #expect(schema.fields(of: CBORMap(keys.map { CBORPair(key: $0, value: .null) })) == nil)
    }
    // As many keys as the schema has, and one of them unknown.
    let keys = ["a", "by", "seq", "body", "zzzz"]
    #expect(schema.fields(of: CBORMap(keys.map { CBORPair(key: $0, value: .null) })) == nil)
  }

  @Test func `a key that only looks like one is another`() {
    // U+212A, the Kelvin sign, is canonically equivalent to K.
    let kelvin = "\u{212A}"
    #expect(kelvin == "K" && !kelvin.isSame(asASCII: "K") && "K".isSame(asASCII: "K"))
    let map = CBORMap([CBORPair(key: kelvin, value: .null)])
    #expect(CBORSchema(required: ["K"]).fields(of: map) == nil)
  }

  @Test func `a schema and hasKeys agree on random maps`() {
    var generator = SeededGenerator.forTest()
    let names = ["a", "b", "by", "to", "seq", "kem", "body", "prev", "vault"]
    var taken = 0
    for _ in 0..<5_000 {
      func some(of names: [String], onceIn times: UInt64) -> [String] {
        names.filter { _ in generator.next() % times == 0 }
      }
      let required = some(of: names, onceIn: 3)
      let optional = some(of: names.filter { !required.contains($0) }, onceIn: 2)
      let keys = required.filter { _ in generator.next() % 16 != 0 } + some(of: optional, onceIn: 2)
      let map = CBORMap(keys.enumerated().map { CBORPair(key: $1, value: .int($0)) })
      let fields = CBORSchema(required: required, optional: optional).fields(of: map)
      #expect((fields != nil) == map.hasKeys(required, optional: optional))
      guard let fields else { continue }
      taken += 1
      for key in required + optional { #expect(fields[key] == map[key]) }
    }
    #expect(taken > 1_000)
  }
}
