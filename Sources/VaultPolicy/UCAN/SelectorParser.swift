/// Reads the text of a selector.
///
/// ```
/// selector = "." [first] *( "." (name | bracket) | bracket )   each followed by any number of "?"
/// first    = name | bracket
/// bracket  = "[" ( string | [-]digits | [from] ":" [to] | "" ) "]"
/// ```
struct SelectorParser {
  private let units: [UInt8]
  private var position = 0

  init(_ text: String) {
    units = Array(text.utf8)
  }

  /// The steps, or nil when the text is no selector.
  mutating func parse() -> [Selector.Segment]? {
    guard take(".") else { return nil }
    guard position < units.count else { return [] }
    var segments: [Selector.Segment] = []
    var isFirst = true
    while position < units.count {
      guard segments.count < UCANLimits.selectorStepsMax else { return nil }
      guard let step = parseStep(isFirst: isFirst) else { return nil }
      isFirst = false
      var isOptional = false
      while take("?") { isOptional = true }
      segments.append(Selector.Segment(step: step, isOptional: isOptional))
    }
    return segments
  }

  private mutating func parseStep(isFirst: Bool) -> Selector.Step? {
    if take("[") { return parseBracket() }
    // The first name follows the leading dot, which is already taken.
    guard isFirst || take(".") else { return nil }
    return take("[") ? parseBracket() : parseName()
  }

  private mutating func parseName() -> Selector.Step? {
    let start = position
    while position < units.count, Self.isNameUnit(units[position], isFirst: position == start) {
      position += 1
    }
    return position > start ? .field(Array(units[start..<position])) : nil
  }

  private mutating func parseBracket() -> Selector.Step? {
    if take("]") { return .values }
    if take("\"") { return parseQuoted() }
    if take(":") { return parseSlice(from: nil) }
    guard let number = parseInteger() else { return nil }
    if take(":") { return parseSlice(from: number) }
    return take("]") ? .index(number) : nil
  }

  private mutating func parseSlice(from start: Int?) -> Selector.Step? {
    if take("]") { return start == nil ? nil : .slice(from: start, to: nil) }
    guard let end = parseInteger(), take("]") else { return nil }
    return .slice(from: start, to: end)
  }

  private mutating func parseQuoted() -> Selector.Step? {
    var name: [UInt8] = []
    while position < units.count {
      let unit = units[position]
      position += 1
      if unit == UInt8(ascii: "\"") { return take("]") ? .field(name) : nil }
      guard unit == UInt8(ascii: "\\") else {
        name.append(unit)
        continue
      }
      guard position < units.count, [0x22, 0x5c].contains(units[position]) else { return nil }
      name.append(units[position])
      position += 1
    }
    return nil
  }

  /// Digits with an optional minus, within ±(2^53 − 1).
  private mutating func parseInteger() -> Int? {
    let isNegative = take("-")
    let start = position
    var value: Int64 = 0
    while position < units.count, (0x30...0x39).contains(units[position]) {
      value = value * 10 + Int64(units[position] - 0x30)
      guard value <= Int64(UCANLimits.integerMagnitudeMax) else { return nil }
      position += 1
    }
    guard position > start else { return nil }
    return Int(isNegative ? -value : value)
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < units.count, units[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private static func isNameUnit(_ unit: UInt8, isFirst: Bool) -> Bool {
    switch unit {
    case 0x41...0x5a, 0x61...0x7a, 0x5f: true
    case 0x30...0x39: !isFirst
    default: false
    }
  }
}
