/// Goes through the bytes of a pattern and reads bracket expressions as git's `wildmatch` does.
struct PatternReader {
  static let slash = UInt8(ascii: "/")

  private let bytes: [UInt8]
  private var offset = 0

  init(_ pattern: ArraySlice<UInt8>) {
    bytes = [UInt8](pattern)
  }

  mutating func next() -> UInt8? {
    guard offset < bytes.count else { return nil }
    offset += 1
    return bytes[offset - 1]
  }

  /// The byte that comes `distance` after the next one.
  func peek(_ distance: Int = 0) -> UInt8? {
    offset + distance < bytes.count ? bytes[offset + distance] : nil
  }

  /// The byte before the one read last; nothing at the start.
  var beforeLast: UInt8? { offset >= 2 ? bytes[offset - 2] : nil }

  /// Reads the rest of a bracket expression after its `[`; nothing when it is not well formed.
  mutating func bracket() -> ByteSet? {
    var set = ByteSet()
    var isNegated = false
    if peek() == UInt8(ascii: "!") || peek() == UInt8(ascii: "^") {
      isNegated = true
      _ = next()
    }
    // The start of a possible range; nothing after a range or a class.
    var previous: UInt8?
    repeat {
      guard let byte = next() else { return nil }
      switch byte {
      case UInt8(ascii: "\\"):
        guard let escaped = next() else { return nil }
        set.insert(escaped)
        previous = escaped
      case UInt8(ascii: "-") where previous != nil && peek() != nil && peek() != closing:
        guard let first = previous, let last = rangeEnd() else { return nil }
        set.insert(from: first, through: last)
        previous = nil
      case UInt8(ascii: "[") where peek() == UInt8(ascii: ":"):
        switch namedClass() {
        case .unknown: return nil
        case .noClass:
          set.insert(byte)
          previous = byte
        case .members(let members):
          for member in members { set.insert(member) }
          previous = nil
        }
      default:
        set.insert(byte)
        previous = byte
      }
      guard peek() != nil else { return nil }
    } while peek() != closing
    _ = next()
    return isNegated ? set.inverted : set
  }

  private let closing = UInt8(ascii: "]")

  private mutating func rangeEnd() -> UInt8? {
    guard let byte = next() else { return nil }
    return byte == UInt8(ascii: "\\") ? next() : byte
  }

  private enum NamedClass {
    case members([UInt8])
    /// The `[` is itself, and nothing was read.
    case noClass
    /// Not well formed, or a class that nobody knows.
    case unknown
  }

  /// Reads `:name:]` after a `[`.
  private mutating func namedClass() -> NamedClass {
    let nameStart = offset + 1
    guard let end = bytes[nameStart...].firstIndex(of: closing) else { return .unknown }
    guard end > nameStart, bytes[end - 1] == UInt8(ascii: ":") else { return .noClass }
    let name = String(decoding: bytes[nameStart..<end - 1], as: UTF8.self)
    guard let members = PatternReader.members(ofClass: name) else { return .unknown }
    offset = end + 1
    return .members(members)
  }

  private static func members(ofClass name: String) -> [UInt8]? {
    let digits = [UInt8](UInt8(ascii: "0")...UInt8(ascii: "9"))
    let upper = [UInt8](UInt8(ascii: "A")...UInt8(ascii: "Z"))
    let lower = [UInt8](UInt8(ascii: "a")...UInt8(ascii: "z"))
    switch name {
    case "digit": return digits
    case "upper": return upper
    case "lower": return lower
    case "alpha": return upper + lower
    case "alnum": return digits + upper + lower
    case "xdigit": return digits + [UInt8]("ABCDEFabcdef".utf8)
    case "blank": return [UInt8](" \t".utf8)
    // git's own table of characters: neither vertical tab nor form feed are spaces.
    case "space": return [UInt8](" \t\n\r".utf8)
    case "cntrl": return [UInt8](0...0x1F) + [0x7F]
    case "print": return [UInt8](0x20...0x7E)
    case "graph": return [UInt8](0x21...0x7E)
    case "punct":
      let others = digits + upper + lower
      return (0x21...0x7E).filter { !others.contains($0) }
    default: return nil
    }
  }
}
