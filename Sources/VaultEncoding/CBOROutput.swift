/// Writes values into memory that grows: one pass over the values, one copy at the end.
///
/// Looking at a value costs more than writing its bytes, so a first pass that only measured would
/// double the time. Every write makes room first.
struct CBOROutput: ~Copyable {
  private static let firstCapacity = 1024

  private var start: UnsafeMutableRawPointer
  private var capacity: Int
  private var count = 0

  init() {
    capacity = Self.firstCapacity
    start = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    start.deallocate()
  }

  var bytes: [UInt8] { [UInt8](UnsafeRawBufferPointer(start: start, count: count)) }

  mutating func write(_ value: borrowing CBORValue) {
    switch value {
    case .unsigned(let number): head(0, number)
    case .negative(let number): head(1, number)
    case .bytes(let bytes):
      head(2, UInt64(bytes.count))
      bytes.withUnsafeBytes { copy($0) }
    case .text(let text): write(text)
    case .array(let items):
      head(4, UInt64(items.count))
      for index in items.indices { write(items[index]) }
    case .map(let map):
      head(5, UInt64(map.count))
      for index in map.pairs.indices {
        write(map.pairs[index].key)
        write(map.pairs[index].value)
      }
    case .bool(let flag): byte(flag ? 0xf5 : 0xf4)
    case .null: byte(0xf6)
    case .double(let number):
      precondition(number.isFinite, "DAG-CBOR holds only finite numbers")
      byte(0xfb)
      store(number.bitPattern.bigEndian)
    case .link(let cid): write(cid)
    case .foreignLink(let cid):
      let bytes = cid.bytes
      head(6, 42)
      head(2, UInt64(bytes.count + 1))
      byte(0)
      bytes.withUnsafeBytes { copy($0) }
    }
  }

  private mutating func write(_ cid: CID) {
    // Tag 42, a byte string of 37, the identity multibase, version 1; codec, SHA-256 of 32 bytes.
    store((0xd82a_5825_0001_0012 as UInt64 | UInt64(cid.codec.rawValue) << 8).bigEndian)
    byte(0x20)
    let words = cid.digest.words
    store(words.0.bigEndian)
    store(words.1.bigEndian)
    store(words.2.bigEndian)
    store(words.3.bigEndian)
  }

  private mutating func write(_ text: borrowing String) {
    var text = copy text
    text.withUTF8 { units in
      head(3, UInt64(units.count))
      copy(UnsafeRawBufferPointer(units))
    }
  }

  @inline(__always)
  private mutating func head(_ major: UInt8, _ argument: UInt64) {
    let type = major << 5
    switch argument {
    case 0...23: byte(type | UInt8(truncatingIfNeeded: argument))
    case 24...0xff:
      byte(type | 24)
      byte(UInt8(truncatingIfNeeded: argument))
    case 0x100...0xffff:
      byte(type | 25)
      store(UInt16(truncatingIfNeeded: argument).bigEndian)
    case 0x1_0000...0xffff_ffff:
      byte(type | 26)
      store(UInt32(truncatingIfNeeded: argument).bigEndian)
    default:
      byte(type | 27)
      store(argument.bigEndian)
    }
  }

  @inline(__always)
  private mutating func byte(_ value: UInt8) {
    reserve(1)
    start.storeBytes(of: value, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  @inline(__always)
  private mutating func store<Number: FixedWidthInteger & BitwiseCopyable>(_ value: Number) {
    reserve(MemoryLayout<Number>.size)
    start.storeBytes(of: value, toByteOffset: count, as: Number.self)
    count += MemoryLayout<Number>.size
  }

  @inline(__always)
  private mutating func copy(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    reserve(bytes.count)
    (start + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if capacity - count < more { grow(more) }
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    capacity = max(capacity * 2, count + more)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    larger.copyMemory(from: start, byteCount: count)
    start.deallocate()
    start = larger
  }
}
