public import VaultEncoding

extension Selector {
  /// The part of a value that the selector names; nil when a step leads nowhere.
  ///
  /// A key that a map does not have reads as null, as the specification says.
  public func resolve(in value: CBORValue) -> CBORValue? {
    var current = value
    for segment in segments {
      if let next = Self.step(segment.step, from: current) {
        current = next
      } else if segment.isOptional {
        current = .null
      } else {
        return nil
      }
    }
    return current
  }

  private static func step(_ step: Step, from value: CBORValue) -> CBORValue? {
    switch (step, value) {
    case (.field(let name), .map(let map)):
      map.first { $0.key.utf8.elementsEqual(name) }?.value ?? .null
    case (.index(let index), .array(let items)):
      position(index, in: items.count).map { items[$0] }
    case (.index(let index), .bytes(let bytes)):
      position(index, in: bytes.count).map { .unsigned(UInt64(bytes[$0])) }
    case (.slice(let from, let to), .array(let items)):
      .array(Array(items[range(from, to, in: items.count)]))
    case (.slice(let from, let to), .bytes(let bytes)):
      .bytes(Array(bytes[range(from, to, in: bytes.count)]))
    case (.values, .array):
      value
    case (.values, .map(let map)):
      .array(map.pairs.map(\.value))
    default:
      nil
    }
  }

  /// Where an index points; a negative one counts from the end.
  private static func position(_ index: Int, in count: Int) -> Int? {
    let position = index < 0 ? count + index : index
    return (0..<count).contains(position) ? position : nil
  }

  /// What a slice covers; ends outside the list are moved to its ends.
  private static func range(_ from: Int?, _ to: Int?, in count: Int) -> Range<Int> {
    func bound(_ index: Int) -> Int { min(max(index < 0 ? count + index : index, 0), count) }
    let start = bound(from ?? 0)
    return start..<max(start, bound(to ?? count))
  }
}
