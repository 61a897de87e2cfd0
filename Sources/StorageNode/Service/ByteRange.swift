/// One `Range: bytes=a-b`, as sync.md section 5 allows it: both ends given, one range only.
struct ByteRange: Hashable {
  let offset: Int
  let count: Int

  /// What a Range header asks of something of `size` bytes; nil when it cannot be served.
  init?(header: String, size: Int) {
    let text = header.utf8
    guard text.starts(with: "bytes=".utf8), text.count <= 64 else { return nil }
    let ends = text.dropFirst(6).split(
      separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Self.number(ends[0]), first < size else { return nil }
    let last: Int
    if ends[1].isEmpty {
      last = size - 1
    } else {
      guard let asked = Self.number(ends[1]), asked >= first else { return nil }
      last = min(asked, size - 1)
    }
    offset = first
    count = last - first + 1
  }

  private static func number(_ digits: Substring.UTF8View) -> Int? {
    guard !digits.isEmpty, digits.count <= 15 else { return nil }
    var value = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}
