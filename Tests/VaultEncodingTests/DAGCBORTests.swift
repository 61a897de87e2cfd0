import Testing
import VaultEncoding

@Suite struct DAGCBORTests {
  @Test func `random values come back as they were and have one encoding`() throws {
    var generator = SeededGenerator.forTest()
    for _ in 0..<4000 {
      let value = ArbitraryValue.make(&generator)
      let bytes = DAGCBOR.encode(value)
      let decoded = try DAGCBOR.decode(bytes)
      #expect(decoded == value)
      #expect(decoded.hashValue == value.hashValue)
      #expect(DAGCBOR.encode(decoded) == bytes)
    }
  }

  @Test func `every input of one or two bytes is refused or is canonical`() {
    var accepted = 0
    for first in UInt8.min...UInt8.max {
      accepted += acceptsCanonically([first])
      for second in UInt8.min...UInt8.max { accepted += acceptsCanonically([first, second]) }
    }
    #expect(accepted > 100)
  }

  @Test func `mutated and truncated values are refused or are canonical`() {
    var generator = SeededGenerator.forTest()
    for _ in 0..<3000 {
      var bytes = DAGCBOR.encode(ArbitraryValue.make(&generator))
      for _ in 0...generator.number(below: 3) {
        let position = generator.number(below: bytes.count)
        switch generator.number(below: 3) {
        case 0: bytes[position] ^= 1 << UInt8(generator.number(below: 8))
        case 1: bytes[position] = UInt8(truncatingIfNeeded: generator.next())
        default: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: position)
        }
      }
      _ = acceptsCanonically(bytes)
      _ = acceptsCanonically(Array(bytes.prefix(generator.number(below: bytes.count + 1))))
    }
  }

  /// 1 when the bytes are a value, which must then encode to the same bytes.
  private func acceptsCanonically(_ bytes: [UInt8]) -> Int {
    guard let value = try? DAGCBOR.decode(bytes) else { return 0 }
    #expect(DAGCBOR.encode(value) == bytes)
    return 1
  }

  @Test func `each limit is exact`() throws {
    let nested = DAGCBOR.encode(.array([.array([.array([])])]))
    let exact = CBORLimits(bytesMax: nested.count, depthMax: 3, itemsMax: 3)
    _ = try DAGCBOR.decode(nested, limits: exact)
    func reason(_ limits: CBORLimits) -> CBORError.Reason? {
      do {
        _ = try DAGCBOR.decode(nested, limits: limits)
        return nil
      } catch {
        return error.reason
      }
    }
    #expect(reason(CBORLimits(bytesMax: nested.count - 1)) == .tooManyBytes)
    #expect(reason(CBORLimits(bytesMax: 99, depthMax: 2)) == .tooDeep)
    #expect(reason(CBORLimits(bytesMax: 99, itemsMax: 2)) == .tooManyItems)
    #expect(CBORLimits(bytesMax: 1, depthMax: .max).depthMax == CBORLimits.depthCeiling)
  }

  @Test func `the limit of integers is exact on both sides of zero`() {
    func reason(_ value: CBORValue, most: UInt64?) -> CBORError.Reason? {
      let limits = CBORLimits(bytesMax: 99, integerMagnitudeMax: most)
      do {
        _ = try DAGCBOR.decode(DAGCBOR.encode(.array([.bool(true), value])), limits: limits)
        return nil
      } catch {
        return error.reason
      }
    }
    for value in [CBORValue.int(7), .int(-7), .int(0)] { #expect(reason(value, most: 7) == nil) }
    for value in [CBORValue.int(8), .int(-8)] {
      #expect(reason(value, most: 7) == .integerTooLarge)
    }
    #expect(reason(.int(0), most: 0) == nil && reason(.int(-1), most: 0) == .integerTooLarge)
    for value in [CBORValue.unsigned(.max), .negative(.max)] {
      #expect(reason(value, most: nil) == nil)
    }
    #expect(reason(.unsigned(.max), most: .max) == nil)
    #expect(reason(.negative(.max), most: .max) == .integerTooLarge)
  }

  @Test func `the deepest nesting that any limits allow decodes and encodes`() throws {
    let depth = CBORLimits.depthCeiling
    let bytes = [UInt8](repeating: 0x81, count: depth) + [0]
    let limits = CBORLimits(bytesMax: 1000, depthMax: depth)
    #expect(DAGCBOR.encode(try DAGCBOR.decode(bytes, limits: limits)) == bytes)
    #expect(throws: CBORError(.tooDeep, at: depth)) {
      _ = try DAGCBOR.decode([0x81] + bytes, limits: limits)
    }
  }

  @Test func `values in a row are read one after the other`() throws {
    let values: [CBORValue] = [.int(1), .text("two"), .map(["three": .null])]
    let bytes = values.flatMap { DAGCBOR.encode($0) }
    var offset = 0
    for expected in values {
      let (value, end) = try DAGCBOR.decodePrefix(bytes, at: offset)
      #expect(value == expected)
      offset = end
    }
    #expect(offset == bytes.count)
    #expect(throws: CBORError(.trailingBytes, at: 1)) { _ = try DAGCBOR.decode(bytes) }
    #expect(throws: CBORError(.truncated, at: bytes.count)) {
      _ = try DAGCBOR.decodePrefix(bytes, at: -1)
    }
  }

  @Test func `integers keep their value at every edge`() {
    for value in [0, 23, 24, -1, -24, -25, 255, -256, .max, .min] as [Int64] {
      #expect(CBORValue.int(value).asInt == value)
    }
    #expect(CBORValue.unsigned(1 << 63).asInt == nil)
    #expect(CBORValue.negative(1 << 63).asInt == nil)
    #expect(CBORValue.unsigned(.max).asUInt == .max)
    #expect(CBORValue.int(-1).asUInt == nil)
  }

  @Test func `text that is only canonically equivalent differs`() throws {
    let composed = CBORValue.text("\u{e9}")
    let decomposed = CBORValue.text("e\u{301}")
    #expect(composed != decomposed)
    let map = CBORMap([
      CBORPair(key: "\u{e9}", value: .int(1)), CBORPair(key: "e\u{301}", value: .int(2)),
    ])
    #expect(map.count == 2)
    #expect(map["\u{e9}"] == .int(1))
    #expect(map["e\u{301}"] == .int(2))
    #expect(try DAGCBOR.decode(DAGCBOR.encode(.map(map))) == .map(map))
  }

  @Test func `a map sorts its keys and keeps the later of two`() {
    let map = CBORValue.map([("bb", .int(1)), ("c", .int(2)), ("a", .int(3)), ("c", .int(4))])
    #expect(map.asMap?.keys == ["a", "c", "bb"])
    #expect(map["c"] == .int(4))
    #expect(map["d"] == nil)
    #expect(map.asMap?.hasKeys(["a", "c"], optional: ["bb", "zz"]) == true)
    #expect(map.asMap?.hasKeys(["a", "c"]) == false)
    #expect(map.asMap?.hasKeys(["a", "c", "bb", "d"]) == false)
  }

  @Test func `both zeros are kept apart`() throws {
    #expect(CBORValue.double(0) != .double(-0.0))
    #expect(try DAGCBOR.decode(DAGCBOR.encode(.double(-0.0))) == .double(-0.0))
  }
}
