extension RankedCutoffs {
  /// Which grants to a principal had seen which revocations of it (R4).
  ///
  /// One pass over the entries finds the whole future of 64 revocations at once, a bit for each:
  /// an entry has the bits of all that it builds on. Only revocations that some later grant to
  /// the same principal may have seen are asked about, which are few.
  struct Past {
    /// For each grant that came after a revocation of its principal: a bit for each revocation.
    private var seen: [Int: [UInt64]] = [:]

    init(_ log: RankedCutoffs) {
      var questions: [(revocation: Int, ordinal: Int, grants: [Int])] = []
      for (principal, revocations) in log.revocationsOfPrincipal.pairs {
        let grants = log.grantsTo[principal] ?? []
        for (ordinal, revocation) in revocations.enumerated() {
          let later = grants.filter { $0 > revocation }
          if !later.isEmpty { questions.append((revocation, ordinal, later)) }
        }
      }
      guard !questions.isEmpty else { return }
      // Neighbours share a pass, which starts at the first of them.
      questions.sort { $0.revocation < $1.revocation }
      for start in stride(from: 0, to: questions.count, by: 64) {
        let block = questions[start..<min(start + 64, questions.count)]
        let future = Self.future(of: block.map(\.revocation), in: log)
        for (bit, question) in block.enumerated() {
          for grant in question.grants where future[grant] >> bit & 1 == 1 {
            insert(question.ordinal, for: grant)
          }
        }
      }
    }

    func grant(_ grant: Int, hasSeen ordinal: Int) -> Bool {
      guard let words = seen[grant], ordinal / 64 < words.count else { return false }
      return words[ordinal / 64] >> (ordinal % 64) & 1 == 1
    }

    private mutating func insert(_ ordinal: Int, for grant: Int) {
      let word = ordinal / 64
      var words = seen.removeValue(forKey: grant) ?? []
      if words.count <= word {
        words.append(contentsOf: repeatElement(0, count: word + 1 - words.count))
      }
      words[word] |= 1 << (ordinal % 64)
      seen[grant] = words
    }

    /// For each entry a bit for each source that is it or that it builds on.
    private static func future(of sources: [Int], in log: RankedCutoffs) -> [UInt64] {
      var future = [UInt64](repeating: 0, count: log.entries.count)
      for (bit, source) in sources.enumerated() { future[source] |= 1 << bit }
      let first = sources.first ?? log.entries.count
      for position in first..<log.entries.count {
        var bits = future[position]
        for edge in log.edges(of: position) {
          bits |= future[edge]
        }
        future[position] = bits
      }
      return future
    }

    /// Which revocations of a principal, counted from the first, an entry builds on.
    static func revocations(
      of principal: Principal, seenBy position: Int, in log: RankedCutoffs
    ) -> Set<Int> {
      let revocations = (log.revocationsOfPrincipal[principal] ?? []).filter { $0 < position }
      guard let first = revocations.first else { return [] }
      var isPast = [Bool](repeating: false, count: position - first + 1)
      isPast[position - first] = true
      for next in stride(from: position, through: first, by: -1) where isPast[next - first] {
        for edge in log.edges(of: next) where edge >= first {
          isPast[edge - first] = true
        }
      }
      return Set(revocations.indices.filter { isPast[revocations[$0] - first] })
    }
  }
}
