import VaultEncoding

/// Random values of every kind, small enough to nest and odd enough to matter.
enum ArbitraryValue {
  static func make(_ generator: inout SeededGenerator, depth: Int = 4) -> CBORValue {
    switch generator.number(below: depth > 0 ? 12 : 9) {
    case 0: return .unsigned(number(&generator))
    case 1: return .negative(number(&generator))
    case 2: return .bytes(generator.bytes(generator.number(below: 40)))
    case 3: return .text(text(&generator))
    case 4: return .bool(generator.number(below: 2) == 0)
    case 5: return .null
    case 6: return .double(double(&generator))
    case 7: return .link(CID(codec: .dagCBOR, digest: .generate(using: &generator)))
    case 8: return foreignLink(&generator)
    case 9, 10:
      return .array(
        (0..<generator.number(below: 6)).map { _ in make(&generator, depth: depth - 1) })
    default:
      return .map(
        (0..<generator.number(below: 6)).map { _ in
          (text(&generator), make(&generator, depth: depth - 1))
        })
    }
  }

  static func number(_ generator: inout SeededGenerator) -> UInt64 {
    let edges: [UInt64] = [0, 23, 24, 255, 256, 65_535, 65_536, 1 << 32 - 1, 1 << 32, .max]
    if generator.number(below: 2) == 0 { return edges[generator.number(below: edges.count)] }
    return generator.next() >> UInt64(generator.number(below: 64))
  }

  static func text(_ generator: inout SeededGenerator) -> String {
    let pieces = ["", "a", "b", "é", "e\u{301}", "水", "\0", "🏡", "name", "\u{fffd}", "zz"]
    return (0..<generator.number(below: 5)).map { _ in
      pieces[generator.number(below: pieces.count)]
    }.joined()
  }

  static func double(_ generator: inout SeededGenerator) -> Double {
    let edges: [Double] = [0, -0.0, 1, -1.5, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    let random = Double(bitPattern: generator.next())
    return random.isFinite ? random : edges[generator.number(below: edges.count)]
  }

  private static func foreignLink(_ generator: inout SeededGenerator) -> CBORValue {
    var writer = ByteWriter()
    writer.writeBytes([0x01])
    writer.writeVarint(generator.next() >> 1 | 0x100)
    writer.writeVarint(generator.next() >> UInt64(1 + generator.number(below: 62)))
    writer.writeLengthPrefixed(generator.bytes(generator.number(below: 65)))
    guard let cid = try? AnyCID(bytes: writer.bytes) else { return .null }
    return .foreignLink(cid)
  }
}
