/// Many short byte strings in one array: a place is offset (40 bits) and length (24 bits).
///
/// Strings that are no longer used stay until the owner copies what is left into a new heap.
struct ByteHeap {
  private(set) var bytes: [UInt8] = []
  /// How many bytes belong to strings that are no longer used.
  private(set) var garbage = 0

  struct Place: Hashable {
    var raw: UInt64

    init(raw: UInt64) { self.raw = raw }

    init(offset: Int, count: Int) { raw = UInt64(offset) << 24 | UInt64(count) }

    /// The empty string.
    static let empty = Place(raw: 0)
    /// No string at all.
    static let absent = Place(raw: .max)

    var count: Int { Int(raw & 0xff_ffff) }

    var range: Range<Int> {
      let offset = Int(raw >> 24)
      return offset..<offset + count
    }
  }

  var count: Int { bytes.count }

  subscript(place: Place) -> ArraySlice<UInt8> { bytes[place.range] }

  /// Makes room for that many more bytes.
  mutating func reserve(_ count: Int) {
    let total = bytes.count + count
    if total > bytes.capacity { bytes.reserveCapacity(max(total, 2 * bytes.capacity)) }
  }

  mutating func append(_ string: some Collection<UInt8>) -> Place {
    let place = Place(offset: bytes.count, count: string.count)
    bytes.append(contentsOf: string)
    return place
  }

  /// Copies a part of another array.
  mutating func append(_ source: [UInt8], _ range: Range<Int>) -> Place {
    let place = Place(offset: bytes.count, count: range.count)
    source.withUnsafeBufferPointer { buffer in
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[range]))
    }
    return place
  }

  mutating func discard(_ place: Place) {
    if place != .absent { garbage += place.count }
  }

  /// Takes back a `discard`.
  mutating func reclaim(_ place: Place) {
    if place != .absent { garbage -= place.count }
  }

  /// Whether copying the rest is worth it: more than half is unused.
  var isWasteful: Bool { garbage > 1 << 16 && garbage > bytes.count / 2 }

  /// Whether a string equals other bytes.
  func equals(_ place: Place, _ other: some Collection<UInt8>) -> Bool {
    place.count == other.count && self[place].elementsEqual(other)
  }

  func equals(_ place: Place, _ other: Place) -> Bool {
    place == other || (place.count == other.count && self[place] == self[other])
  }

  /// Whether the first sorts before the second, as bytes.
  func precedes(_ left: Place, _ right: Place) -> Bool {
    bytes.withUnsafeBufferPointer { buffer in
      UnsafeBufferPointer(rebasing: buffer[left.range])
        .lexicographicallyPrecedes(UnsafeBufferPointer(rebasing: buffer[right.range]))
    }
  }

  /// The first eight bytes as a number that sorts as they do.
  func prefix(_ place: Place) -> UInt64 {
    let range = place.range
    var word: UInt64 = 0
    for index in range.prefix(8) { word = word << 8 | UInt64(bytes[index]) }
    return word << UInt64(8 * max(0, 8 - range.count))
  }
}
