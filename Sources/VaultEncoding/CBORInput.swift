/// Reads one value and refuses all that is not its one strict encoding.
struct CBORInput {
  private let bytes: [UInt8]
  private let limits: CBORLimits
  private(set) var offset: Int
  /// How many more values may be announced.
  ///
  /// A list claims its items before any is read, so the memory reserved for all lists together is
  /// bounded too.
  private var itemsLeft: Int

  /// Starts at an offset; `claimed` values were announced before it.
  init(_ bytes: [UInt8], at offset: Int, limits: CBORLimits, claimed: Int = 0) {
    self.bytes = bytes
    self.limits = limits
    self.offset = offset
    itemsLeft = limits.itemsMax - claimed
  }

  mutating func readRoot() throws(CBORError) -> CBORValue {
    try claim(1, at: offset)
    return try read(depth: 0)
  }

  /// Reads the last pair of a map, at a depth that lies within the limit, as announced before.
  mutating func readPair(depth: Int) throws(CBORError) -> CBORPair {
    guard itemsLeft >= 0 else { throw CBORError(.tooManyItems, at: offset) }
    guard depth <= limits.depthMax else { throw CBORError(.tooDeep, at: offset) }
    let key = try readKey()
    return CBORPair(key: try text(in: key), value: try read(depth: depth))
  }

  private mutating func readKey() throws(CBORError) -> Range<Int> {
    let start = offset
    guard start < bytes.count else { throw CBORError(.truncated, at: start) }
    guard bytes[start] >> 5 == 3 else { throw CBORError(.keyNotText, at: start) }
    return try take(try readHead(), from: start)
  }

  private mutating func read(depth: Int) throws(CBORError) -> CBORValue {
    let start = offset
    guard start < bytes.count else { throw CBORError(.truncated, at: start) }
    let initial = bytes[start]
    if initial >= 0xe0 { return try readSimple() }
    let argument = try readHead()
    switch initial >> 5 {
    case 0: return .unsigned(try integer(argument, isNegative: false, at: start))
    case 1: return .negative(try integer(argument, isNegative: true, at: start))
    case 2: return .bytes(Array(bytes[try take(argument, from: start)]))
    case 3: return .text(try text(in: try take(argument, from: start)))
    case 4: return try readArray(argument, depth: depth, start: start)
    case 5: return try readMap(argument, depth: depth, start: start)
    default: return try readLink(tag: argument, start: start)
    }
  }

  private mutating func readArray(
    _ announced: UInt64, depth: Int, start: Int
  ) throws(CBORError) -> CBORValue {
    let count = try itemCount(announced, bytesEach: 1, depth: depth, start: start)
    try claim(count, at: start)
    var items: [CBORValue] = []
    items.reserveCapacity(count)
    for _ in 0..<count { items.append(try read(depth: depth + 1)) }
    return .array(items)
  }

  private mutating func readMap(
    _ announced: UInt64, depth: Int, start: Int
  ) throws(CBORError) -> CBORValue {
    let count = try itemCount(announced, bytesEach: 2, depth: depth, start: start)
    try claim(count * 2, at: start)
    var pairs: [CBORPair] = []
    pairs.reserveCapacity(count)
    var previous: Range<Int>?
    for _ in 0..<count {
      let keyStart = offset
      let range = try readKey()
      if let previous { try requireOrder(previous, range, at: keyStart) }
      previous = range
      let key = try text(in: range)
      pairs.append(CBORPair(key: key, value: try read(depth: depth + 1)))
    }
    return .map(CBORMap(sorted: pairs))
  }

  private func requireOrder(
    _ first: Range<Int>, _ second: Range<Int>, at offset: Int
  ) throws(CBORError) {
    if first.count < second.count { return }
    guard first.count == second.count else { throw CBORError(.keysOutOfOrder, at: offset) }
    for (left, right) in zip(first, second) where bytes[left] != bytes[right] {
      if bytes[left] < bytes[right] { return }
      throw CBORError(.keysOutOfOrder, at: offset)
    }
    throw CBORError(.duplicateKey, at: offset)
  }

  private mutating func readLink(tag: UInt64, start: Int) throws(CBORError) -> CBORValue {
    guard tag == 42 else { throw CBORError(.unsupportedTag, at: start) }
    let content = offset
    guard content < bytes.count else { throw CBORError(.truncated, at: content) }
    guard bytes[content] >> 5 == 2 else { throw CBORError(.invalidLink, at: content) }
    let range = try take(try readHead(), from: content)
    // The zero byte is the identity multibase, a fossil that the format prescribes.
    guard range.count >= 2, range.count <= 1 + AnyCID.bytesMax, bytes[range.lowerBound] == 0 else {
      throw CBORError(.invalidLink, at: content)
    }
    let name = bytes[range.dropFirst()]
    if let cid = try? CID(bytes: name) { return .link(cid) }
    if let cid = try? AnyCID(bytes: Array(name)) { return .foreignLink(cid) }
    throw CBORError(.invalidLink, at: content)
  }

  private mutating func readSimple() throws(CBORError) -> CBORValue {
    let start = offset
    offset += 1
    switch bytes[start] & 0x1f {
    case 20: return .bool(false)
    case 21: return .bool(true)
    case 22: return .null
    case 25, 26: throw CBORError(.shortFloat, at: start)
    case 27:
      let number = Double(bitPattern: try bigEndian(8))
      guard number.isFinite else { throw CBORError(.notFinite, at: start) }
      return .double(number)
    case 28...30: throw CBORError(.reserved, at: start)
    case 31: throw CBORError(.indefiniteLength, at: start)
    default: throw CBORError(.unsupportedSimple, at: start)
    }
  }

  // MARK: Heads, lengths, limits

  private mutating func readHead() throws(CBORError) -> UInt64 {
    let start = offset
    let information = bytes[start] & 0x1f
    offset += 1
    let argument: UInt64
    let least: UInt64
    switch information {
    case 0...23: return UInt64(information)
    case 24: (argument, least) = (try bigEndian(1), 24)
    case 25: (argument, least) = (try bigEndian(2), 0x100)
    case 26: (argument, least) = (try bigEndian(4), 0x1_0000)
    case 27: (argument, least) = (try bigEndian(8), 0x1_0000_0000)
    case 31: throw CBORError(.indefiniteLength, at: start)
    default: throw CBORError(.reserved, at: start)
    }
    guard argument >= least else { throw CBORError(.notShortest, at: start) }
    return argument
  }

  private mutating func bigEndian(_ count: Int) throws(CBORError) -> UInt64 {
    guard bytes.count - offset >= count else { throw CBORError(.truncated, at: bytes.count) }
    var value: UInt64 = 0
    for index in offset..<(offset + count) { value = value << 8 | UInt64(bytes[index]) }
    offset += count
    return value
  }

  private mutating func take(_ count: UInt64, from start: Int) throws(CBORError) -> Range<Int> {
    guard count <= UInt64(bytes.count - offset) else { throw CBORError(.truncated, at: start) }
    let first = offset
    offset += Int(count)
    return first..<offset
  }

  /// The argument of an integer, if its magnitude is within the limit.
  private func integer(
    _ argument: UInt64, isNegative: Bool, at start: Int
  ) throws(CBORError) -> UInt64 {
    guard let most = limits.integerMagnitudeMax else { return argument }
    // A negative one stands for −1 − argument.
    guard isNegative ? argument < most : argument <= most else {
      throw CBORError(.integerTooLarge, at: start)
    }
    return argument
  }

  private func text(in range: Range<Int>) throws(CBORError) -> String {
    guard let text = UTF8Text.make(bytes, in: range) else {
      throw CBORError(.invalidUTF8, at: range.lowerBound)
    }
    return text
  }

  /// A count that the bytes left can hold, at a depth that is allowed.
  private func itemCount(
    _ announced: UInt64, bytesEach: Int, depth: Int, start: Int
  ) throws(CBORError) -> Int {
    guard depth < limits.depthMax else { throw CBORError(.tooDeep, at: start) }
    guard announced <= UInt64((bytes.count - offset) / bytesEach) else {
      throw CBORError(.truncated, at: start)
    }
    return Int(announced)
  }

  private mutating func claim(_ count: Int, at start: Int) throws(CBORError) {
    guard count <= itemsLeft else { throw CBORError(.tooManyItems, at: start) }
    itemsLeft -= count
  }
}
