/// Every content that a simulation writes: known by its length, which no other one has.
struct SimulatedContents {
  private let marker: [UInt8]
  private let seed: UInt64
  private var sizes: [Int] = []
  private var authors: [Int] = []
  private var numbers: [Int: Int] = [:]

  init(marker: [UInt8], seed: UInt64) {
    self.marker = marker
    self.seed = seed
  }

  /// A new content of about so many bytes.
  mutating func make(sizeBytes wanted: Int, author: Int) -> (number: Int, bytes: [UInt8]) {
    var size = max(wanted, marker.count + 8)
    while numbers[size] != nil { size += 1 }
    let number = sizes.count
    sizes.append(size)
    authors.append(author)
    numbers[size] = number
    return (number, bytes(of: number))
  }

  /// The content of so many bytes; nil when there is none.
  func number(sizeBytes: Int) -> Int? { numbers[sizeBytes] }

  /// Which device wrote a content first.
  func author(of number: Int) -> Int { authors[number] }

  /// A content's bytes: the marker, and noise that follows from the content's number.
  func bytes(of number: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: seed &+ UInt64(number) &* 0x9e37_79b9_7f4a_7c15)
    return marker + generator.bytes(sizes[number] - marker.count)
  }
}
