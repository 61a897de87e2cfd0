/// The pattern of `like`: `*` stands for any characters, `\*` for a star, all else for itself.
///
/// docs/spec/ucan.md, "Policies".
///
/// The pattern is cut at its stars into literals. The first must begin the text, the last must
/// end it, and each one between is looked for from where the one before ended: the first
/// occurrence is always a right choice, because it leaves the most text for the rest. For
/// `a*bc*d` and `axbcbcd`: `a` begins, `d` ends, `bc` is found at 2. Looking for a literal is
/// Knuth–Morris–Pratt, so matching is linear in text and pattern, whoever wrote them.
public struct LikePattern: Hashable, Sendable {
  /// The pattern as it was written.
  public let text: String
  /// The literals between the stars: one when there is no star.
  private let literals: [[UInt8]]

  /// Reads a pattern.
  public init(_ text: String) throws(UCANError) {
    guard text.utf8.count <= UCANLimits.patternBytesMax else {
      throw UCANError(.malformedToken, "a pattern is too long")
    }
    self.text = text
    literals = Self.literals(of: Array(text.utf8))
  }

  /// The pattern that a text matches and nothing else does.
  public static func escape(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      escaped.unicodeScalars.append(contentsOf: character == "*" ? ["\\", "*"] : [character])
    }
    return escaped
  }

  /// Whether the whole text has the form.
  ///
  /// O(text + pattern).
  public func matches(_ candidate: String) -> Bool {
    let units = Array(candidate.utf8)
    guard let first = literals.first, let last = literals.last, literals.count > 1 else {
      return units == literals.first ?? []
    }
    guard units.count >= first.count + last.count else { return false }
    guard units.starts(with: first), units.suffix(last.count) == last[...] else { return false }
    var rest = units[first.count..<(units.count - last.count)]
    for literal in literals.dropFirst().dropLast() {
      guard let end = Self.endOfFirst(literal, in: rest) else { return false }
      rest = rest[end...]
    }
    return true
  }

  /// What the pattern says about all texts that begin with a prefix.
  ///
  /// All match when the prefix alone does and any characters may follow; none when the pattern
  /// begins with something else.
  func outcome(below prefix: String) -> PolicyOutcome {
    let units = Array(prefix.utf8)
    let first = literals.first ?? []
    let isOpen = literals.count > 1
    guard isOpen else { return first.starts(with: units) ? .sometimes : .never }
    guard first.starts(with: units) || units.starts(with: first) else { return .never }
    return literals.last?.isEmpty == true && matches(prefix) ? .always : .sometimes
  }

  /// The one text that a pattern without stars matches; nil for one with stars.
  var onlyText: String? {
    literals.count == 1 ? String(decoding: literals[0], as: UTF8.self) : nil
  }

  /// A pattern for what may follow a prefix: every text that it matches makes, behind the prefix, a
  /// text that this one matches.
  ///
  /// - Precondition: some text with the prefix matches.
  func text(after prefix: String) -> String {
    let units = Array(prefix.utf8)
    var first = literals.first ?? []
    // The first star takes what its literal leaves of the prefix.
    if first.starts(with: units) { first.removeFirst(units.count) } else { first = [] }
    return ([first] + literals.dropFirst())
      .map { Self.escape(String(decoding: $0, as: UTF8.self)) }.joined(separator: "*")
  }

  private static func literals(of units: [UInt8]) -> [[UInt8]] {
    var literals: [[UInt8]] = [[]]
    var position = 0
    while position < units.count {
      let unit = units[position]
      let isEscape = unit == UInt8(ascii: "\\") && position + 1 < units.count
      if isEscape, units[position + 1] == UInt8(ascii: "*") {
        literals[literals.count - 1].append(UInt8(ascii: "*"))
        position += 2
        continue
      }
      if unit == UInt8(ascii: "*") {
        literals.append([])
      } else {
        literals[literals.count - 1].append(unit)
      }
      position += 1
    }
    return literals
  }

  /// Where the first occurrence of a literal ends.
  private static func endOfFirst(_ literal: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
    guard !literal.isEmpty else { return text.startIndex }
    let borders = borders(of: literal)
    var matched = 0
    for position in text.indices {
      while matched > 0, literal[matched] != text[position] { matched = borders[matched - 1] }
      if literal[matched] == text[position] { matched += 1 }
      if matched == literal.count { return position + 1 }
    }
    return nil
  }

  /// For each prefix the length of its longest proper border.
  private static func borders(of literal: [UInt8]) -> [Int] {
    var borders = [Int](repeating: 0, count: literal.count)
    var length = 0
    for position in literal.indices.dropFirst() {
      while length > 0, literal[length] != literal[position] { length = borders[length - 1] }
      if literal[length] == literal[position] { length += 1 }
      borders[position] = length
    }
    return borders
  }

  /// Whether both have the same bytes.
  public static func == (left: LikePattern, right: LikePattern) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// Feeds the text to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
