/// The length of an encoding, found before it is written.
enum CBORSize {
  static func of(_ value: CBORValue) -> Int {
    switch value {
    case .unsigned(let number), .negative(let number): return head(number)
    case .bytes(let bytes): return head(UInt64(bytes.count)) + bytes.count
    case .text(let text): return of(text)
    case .array(let items):
      return items.reduce(head(UInt64(items.count))) { $0 + of($1) }
    case .map(let map):
      return map.pairs.reduce(head(UInt64(map.count))) { $0 + of($1.key) + of($1.value) }
    case .bool, .null: return 1
    case .double: return 9
    // Tag 42 (two bytes), a byte string's head (two), the zero byte, the CID.
    case .link: return 2 + 2 + 1 + CID.byteCount
    case .foreignLink(let cid):
      let count = 1 + cid.bytes.count
      return 2 + head(UInt64(count)) + count
    }
  }

  static func of(_ text: String) -> Int {
    let count = text.utf8.count
    return head(UInt64(count)) + count
  }

  static func head(_ argument: UInt64) -> Int {
    switch argument {
    case 0...23: 1
    case 24...0xff: 2
    case 0x100...0xffff: 3
    case 0x1_0000...0xffff_ffff: 5
    default: 9
    }
  }
}
