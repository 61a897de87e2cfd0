import VaultEncoding

/// Reads DAG-JSON, for test vectors only: it trusts the size of its input.
///
/// `{"/": {"bytes": …}}` are bytes, `{"/": "…"}` is a link, and a number with a point or an
/// exponent is a float.
struct DAGJSON {
  struct Failure: Error {
    let position: Int
  }

  private let units: [UInt8]
  private var position = 0

  static func decode(_ bytes: [UInt8]) throws -> CBORValue {
    var reader = DAGJSON(units: bytes)
    let value = try reader.readValue()
    reader.skipSpace()
    guard reader.position == bytes.count else { throw reader.failure }
    return value
  }

  static func decode(_ text: String) throws -> CBORValue { try decode(Array(text.utf8)) }

  private init(units: [UInt8]) {
    self.units = units
  }

  private var failure: Failure { Failure(position: position) }

  private mutating func readValue() throws -> CBORValue {
    skipSpace()
    guard position < units.count else { throw failure }
    switch units[position] {
    case UInt8(ascii: "{"): return try readMap()
    case UInt8(ascii: "["): return try readList()
    case UInt8(ascii: "\""): return .text(try readText())
    default: break
    }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    if take("null") { return .null }
    return try readNumber()
  }

  private mutating func readMap() throws -> CBORValue {
    position += 1
    var pairs: [CBORPair] = []
    skipSpace()
    while !take("}") {
      if !pairs.isEmpty { try expect(",") }
      skipSpace()
      let key = try readText()
      skipSpace()
      try expect(":")
      pairs.append(CBORPair(key: key, value: try readValue()))
      skipSpace()
    }
    let map = CBORMap(pairs)
    guard map.keys == ["/"], let reserved = map["/"] else { return .map(map) }
    if let text = reserved.asText { return .link(try CID(text)) }
    guard let base64 = reserved["bytes"]?.asText else { throw failure }
    return .bytes(try Self.base64(base64))
  }

  private mutating func readList() throws -> CBORValue {
    position += 1
    var items: [CBORValue] = []
    skipSpace()
    while !take("]") {
      if !items.isEmpty { try expect(",") }
      items.append(try readValue())
      skipSpace()
    }
    return .array(items)
  }

  private mutating func readText() throws -> String {
    try expect("\"")
    var bytes: [UInt8] = []
    while !take("\"") {
      guard position < units.count else { throw failure }
      if take("\\") {
        bytes.append(contentsOf: try readEscape())
      } else {
        bytes.append(units[position])
        position += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func readEscape() throws -> [UInt8] {
    let simple: [(String, UInt8)] = [
      ("\"", 0x22), ("\\", 0x5c), ("/", 0x2f), ("n", 0x0a), ("t", 0x09), ("r", 0x0d),
      ("b", 0x08), ("f", 0x0c),
    ]
    for (letter, unit) in simple where take(letter) { return [unit] }
    var code = try readUnit()
    if (0xd800...0xdbff).contains(code) {
      try expect("\\")
      code = 0x10000 + (code - 0xd800) << 10 + (try readUnit() - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw failure }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func readUnit() throws -> UInt32 {
    try expect("u")
    guard position + 4 <= units.count,
      let code = UInt32(
        String(decoding: units[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw failure }
    position += 4
    return code
  }

  private mutating func readNumber() throws -> CBORValue {
    let start = position
    while position < units.count, "+-.0123456789eE".utf8.contains(units[position]) { position += 1 }
    let text = String(decoding: units[start..<position], as: UTF8.self)
    if let value = Int64(text) { return .int(value) }
    guard let value = Double(text) else { throw failure }
    return .double(value)
  }

  private mutating func skipSpace() {
    while position < units.count, [0x20, 0x0a, 0x0d, 0x09].contains(units[position]) {
      position += 1
    }
  }

  private mutating func take(_ text: String) -> Bool {
    guard units[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  private mutating func expect(_ text: String) throws {
    guard take(text) else { throw failure }
  }

  /// Base64 with or without padding, as DAG-JSON (without) and other vectors (with) write it.
  static func base64(_ text: String) throws -> [UInt8] {
    let bare = text.split(separator: "=").first.map(String.init) ?? ""
    return try Multibase.decode("m" + bare)
  }
}
