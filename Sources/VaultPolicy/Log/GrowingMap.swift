/// A map whose keys only become more, and whose copies share most of what they have in common.
///
/// The idea: what is new lies in a small map beside a large one. Whoever changes a copy copies the
/// small one; when it is no longer small it becomes part of the large one. So of so many changes
/// to a copy, one copies everything. A map of which nobody has a copy yet has no use for the small
/// one: until `expectCopies` all goes into the large one at once.
///
/// Invariant: what `recent` says of a key is true, whatever `settled` says.
struct GrowingMap<Key: Hashable, Value> {
  /// Above so many keys the small map becomes part of the large one.
  private static var recentMax: Int { 256 }

  private var settled: [Key: Value] = [:]
  private var recent: [Key: Value] = [:]
  private var expectsCopies = false

  subscript(key: Key) -> Value? {
    if !recent.isEmpty, let value = recent[key] { return value }
    return settled[key]
  }

  /// Makes room for so many keys.
  mutating func reserveCapacity(_ count: Int) { settled.reserveCapacity(count) }

  /// From now on somebody may go on with an old copy.
  mutating func expectCopies() { expectsCopies = true }

  mutating func set(_ value: Value, for key: Key) {
    guard expectsCopies else {
      settled[key] = value
      return
    }
    recent[key] = value
    settle()
  }

  /// Appends to the list of a key.
  mutating func append<Element>(_ element: Element, to key: Key) where Value == [Element] {
    guard expectsCopies else {
      settled[key, default: []].append(element)
      return
    }
    // Taken out of the large map only once: after that it grows where it lies.
    if recent[key] == nil { recent[key] = settled[key] ?? [] }
    recent[key]?.append(element)
    settle()
  }

  private mutating func settle() {
    guard recent.count > Self.recentMax else { return }
    settled.merge(recent) { _, new in new }
    recent = [:]
  }

  /// Every key with its value, in no order.
  ///
  /// O(keys).
  var pairs: [(key: Key, value: Value)] {
    settled.filter { recent[$0.key] == nil } + Array(recent)
  }
}

extension GrowingMap: Sendable where Key: Sendable, Value: Sendable {}
