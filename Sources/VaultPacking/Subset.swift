/// The subsets of 0 ..< n with k elements, in lexicographic order: 012, 013, 023, 123 for 3 of 4.
struct Subset {
  private let count: Int
  private var places: [Int]
  private var isStarted = false

  init(of count: Int, size: Int) {
    self.count = count
    places = Array(0..<size)
  }

  /// The next subset, or nil after the last.
  mutating func next() -> [Int]? {
    guard places.count <= count else { return nil }
    guard isStarted else {
      isStarted = true
      return places
    }
    let size = places.count
    guard let place = places.indices.last(where: { places[$0] < count - size + $0 }) else {
      return nil
    }
    places[place] += 1
    for later in places.indices.dropFirst(place + 1) { places[later] = places[later - 1] + 1 }
    return places
  }
}
