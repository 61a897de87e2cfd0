/// How far apart two words are when typed: insertions, deletions, replacements and swaps of
/// neighbours (Damerau–Levenshtein, restricted), for «did you mean».
enum EditDistance {
  /// The distance.
  ///
  /// Complexity: O(m·n).
  static func between(_ left: String, _ right: String) -> Int {
    let a = Array(left.unicodeScalars)
    let b = Array(right.unicodeScalars)
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + Array(repeating: 0, count: b.count)
      for j in 1...b.count {
        let cost = a[i - 1] == b[j - 1] ? 0 : 1
        row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          row[j] = min(row[j], beforeLast[j - 2] + 1)
        }
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }

  /// The words that may have been meant, nearest first; at most three.
  static func suggestions(for typed: String, among words: [String]) -> [String] {
    let limit = max(1, typed.count / 3 + 1)
    return words.map { ($0, between(typed.lowercased(), $0)) }
      .filter { $0.1 <= limit || (typed.count > 2 && $0.0.hasPrefix(typed)) }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(3).map(\.0)
  }
}
