/// Writes values into memory that `CBORSize` has measured. Every write is checked against its end.
struct CBOROutput {
  private let memory: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init(_ memory: UnsafeMutableRawBufferPointer) {
    self.memory = memory
  }

  mutating func write(_ value: CBORValue) {
    switch value {
    case .unsigned(let number): head(0, number)
    case .negative(let number): head(1, number)
    case .bytes(let bytes): write(bytes, major: 2)
    case .text(let text): write(text)
    case .array(let items):
      head(4, UInt64(items.count))
      for item in items { write(item) }
    case .map(let map):
      head(5, UInt64(map.count))
      for pair in map.pairs {
        write(pair.key)
        write(pair.value)
      }
    case .bool(let flag): byte(flag ? 0xf5 : 0xf4)
    case .null: byte(0xf6)
    case .double(let number):
      precondition(number.isFinite, "DAG-CBOR holds only finite numbers")
      byte(0xfb)
      store(number.bitPattern.bigEndian)
    case .link(let cid): link(cid.bytes)
    case .foreignLink(let cid): link(cid.bytes)
    }
  }

  private mutating func link(_ cid: [UInt8]) {
    head(6, 42)
    head(2, UInt64(cid.count + 1))
    byte(0)
    cid.withUnsafeBytes { copy($0) }
  }

  private mutating func write(_ bytes: [UInt8], major: UInt8) {
    head(major, UInt64(bytes.count))
    bytes.withUnsafeBytes { copy($0) }
  }

  private mutating func write(_ text: String) {
    head(3, UInt64(text.utf8.count))
    let isCopied: Void? = text.utf8.withContiguousStorageIfAvailable {
      copy(UnsafeRawBufferPointer($0))
    }
    if isCopied == nil {
      for unit in text.utf8 { byte(unit) }
    }
  }

  private mutating func head(_ major: UInt8, _ argument: UInt64) {
    let type = major << 5
    switch argument {
    case 0...23: byte(type | UInt8(argument))
    case 24...0xff:
      byte(type | 24)
      byte(UInt8(argument))
    case 0x100...0xffff:
      byte(type | 25)
      store(UInt16(argument).bigEndian)
    case 0x1_0000...0xffff_ffff:
      byte(type | 26)
      store(UInt32(argument).bigEndian)
    default:
      byte(type | 27)
      store(argument.bigEndian)
    }
  }

  private mutating func byte(_ value: UInt8) {
    precondition(count < memory.count)
    memory[count] = value
    count += 1
  }

  private mutating func store<Number: FixedWidthInteger>(_ value: Number) {
    precondition(memory.count - count >= MemoryLayout<Number>.size)
    memory.storeBytes(of: value, toByteOffset: count, as: Number.self)
    count += MemoryLayout<Number>.size
  }

  private mutating func copy(_ bytes: UnsafeRawBufferPointer) {
    precondition(memory.count - count >= bytes.count)
    guard !bytes.isEmpty else { return }
    UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
    count += bytes.count
  }
}
