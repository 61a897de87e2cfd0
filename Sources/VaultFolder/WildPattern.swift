/// A shell pattern with `*`, `?`, `[…]`, `**` and `\`, matched against bytes in linear time.
///
/// The pattern becomes a row of tokens, each of which takes one byte of a set or any run of
/// bytes. Matching keeps the set of places in that row that the text read so far can reach:
/// every byte moves all of them at once, so the work is at most bytes × tokens, whatever the
/// pattern. For `a*b` and `axb` the places are {0} → {1,2} → {1,2} → {1,2,3}; 3 is the end.
///
/// The meaning is that of git's `wildmatch`, whose backtracking can take exponential time.
/// Invariant: a place is in the set exactly when some reading of the text leads to it.
struct WildPattern: Sendable {
  private enum Token {
    /// One byte out of the set.
    case one(ByteSet)
    /// Any run of bytes, `/` only when it crosses folders.
    case run(crossesFolders: Bool)
    /// Takes nothing: the crossing run and the slash after it may also be left out.
    case fork
  }

  private let tokens: [Token]

  /// Reads a pattern; nothing when no text can ever match it (an open bracket, an unknown class,
  /// a backslash at the end).
  /// - Parameter inPaths: `/` is matched by itself and by `**` only.
  init?(_ pattern: ArraySlice<UInt8>, inPaths: Bool) {
    var reader = PatternReader(pattern)
    var tokens: [Token] = []
    while let byte = reader.next() {
      switch byte {
      case UInt8(ascii: "?"):
        tokens.append(.one(inPaths ? ByteSet.all.removing(PatternReader.slash) : .all))
      case UInt8(ascii: "*"):
        tokens += WildPattern.run(&reader, inPaths: inPaths)
      case UInt8(ascii: "["):
        guard let set = reader.bracket() else { return nil }
        tokens.append(.one(inPaths ? set.removing(PatternReader.slash) : set))
      case UInt8(ascii: "\\"):
        guard let escaped = reader.next() else { return nil }
        tokens.append(.one(ByteSet(escaped)))
      default:
        tokens.append(.one(ByteSet(byte)))
      }
    }
    self.tokens = tokens
  }

  /// What the stars mean whose first has just been read.
  private static func run(_ reader: inout PatternReader, inPaths: Bool) -> [Token] {
    let before = reader.beforeLast
    var stars = 1
    while reader.peek() == UInt8(ascii: "*") {
      _ = reader.next()
      stars += 1
    }
    guard inPaths else { return [.run(crossesFolders: true)] }
    guard stars > 1, before == nil || before == PatternReader.slash else {
      return [.run(crossesFolders: false)]
    }
    switch (reader.peek(), reader.peek(1)) {
    case (nil, _): return [.run(crossesFolders: true)]
    // The slash itself is the next token.
    case (PatternReader.slash, _): return [.fork, .run(crossesFolders: true)]
    case (UInt8(ascii: "\\"), PatternReader.slash): return [.run(crossesFolders: true)]
    default: return [.run(crossesFolders: false)]
    }
  }

  /// True when the whole text matches.
  ///
  /// Complexity: O(bytes × tokens).
  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    withUnsafeTemporaryAllocation(of: Bool.self, capacity: 2 * (tokens.count + 1)) { places in
      places.initialize(repeating: false)
      var now = places[..<(tokens.count + 1)]
      var next = places[(tokens.count + 1)...]
      now[now.startIndex] = true
      spread(&now)
      for byte in text {
        guard step(byte, from: now, to: &next) else { return false }
        swap(&now, &next)
      }
      return now[now.startIndex + tokens.count]
    }
  }

  /// Moves all places over one byte; false when none is left.
  private func step(
    _ byte: UInt8, from now: Slice<UnsafeMutableBufferPointer<Bool>>,
    to next: inout Slice<UnsafeMutableBufferPointer<Bool>>
  ) -> Bool {
    let (from, to) = (now.startIndex, next.startIndex)
    for place in 0...tokens.count { next[to + place] = false }
    var isAlive = false
    for (place, token) in tokens.enumerated() where now[from + place] {
      switch token {
      case .one(let set):
        guard set.contains(byte) else { continue }
        next[to + place + 1] = true
      case .run(let crosses):
        guard crosses || byte != PatternReader.slash else { continue }
        next[to + place] = true
      case .fork: continue
      }
      isAlive = true
    }
    if isAlive { spread(&next) }
    return isAlive
  }

  /// Adds the places that are reached without a byte: runs may be empty.
  private func spread(_ places: inout Slice<UnsafeMutableBufferPointer<Bool>>) {
    let start = places.startIndex
    for (place, token) in tokens.enumerated() where places[start + place] {
      switch token {
      case .one: break
      case .run: places[start + place + 1] = true
      case .fork:
        places[start + place + 1] = true
        places[start + place + 3] = true
      }
    }
  }
}
