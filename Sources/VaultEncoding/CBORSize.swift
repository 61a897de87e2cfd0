/// The length of an encoding, found before it is written.
enum CBORSize {
  static func of(_ value: borrowing CBORValue) -> Int {
    switch value {
    case .unsigned(let number), .negative(let number): return head(number)
    case .bytes(let bytes): return head(UInt64(bytes.count)) + bytes.count
    case .text(let text): return of(text)
    case .array(let items):
      var size = head(UInt64(items.count))
      for index in items.indices { size += of(items[index]) }
      return size
    case .map(let map):
      var size = head(UInt64(map.count))
      for index in map.pairs.indices {
        size += of(map.pairs[index].key) + of(map.pairs[index].value)
      }
      return size
    case .bool, .null: return 1
    case .double: return 9
    // Tag 42 (two bytes), a byte string's head (two), the zero byte, the CID.
    case .link: return 2 + 2 + 1 + CID.byteCount
    case .foreignLink(let cid):
      let count = 1 + cid.bytes.count
      return 2 + head(UInt64(count)) + count
    }
  }

  static func of(_ text: borrowing String) -> Int {
    let count = text.utf8.count
    return head(UInt64(count)) + count
  }

  @inline(__always)
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
