import VaultEncoding

extension ReadPiece {
  /// What an accepted version says about the nodes that answered.
  struct Verdict {
    var right: Set<DID> = []
    var wrong: Set<DID> = []
    /// Nothing can be said: the answers that opened do not determine this node's shard.
    var open: Set<DID> = []
  }

  /// Judges all answers by the version that opened.
  ///
  /// Answers of the target shard are compared with it. Any k answers that give it determine all
  /// other shards: one wrong answer among k always shows, since every factor of the code is
  /// different from zero, and several could only hide each other by acting together.
  mutating func verdict(
    on answers: [ReadAnswer], accepted version: Int, _ code: ErasureCode
  ) -> Verdict {
    let truth = versions[version].bytes
    let base = proof(of: version, among: answers, code)
    var verdict = Verdict()
    for answer in answers {
      let (node, shard) = (answer.request.node, answer.request.shard)
      let expected =
        isDirect(shard, code) ? truth : base.flatMap { try? code.rebuild([shard], from: $0)[shard] }
      switch expected {
      case .some(answer.bytes): verdict.right.insert(node)
      case .some: verdict.wrong.insert(node)
      case .none: verdict.open.insert(node)
      }
    }
    return verdict
  }

  /// The answers of k others that give the version, by shard.
  private mutating func proof(
    of version: Int, among answers: [ReadAnswer], _ code: ErasureCode
  ) -> [Int: [UInt8]]? {
    guard code.dataShards > 1 else { return nil }
    let nodes = Set(answers.map(\.request.node)).sorted()
    for liars in Suspicion.sets(of: nodes) {
      if self.version(of: answers, without: liars, code, rebuilt: true) == version { break }
    }
    guard let sources = versions[version].sources.first(where: { $0.count == code.dataShards })
    else { return nil }
    let chosen = answers.filter { sources.contains($0.request) }
    return Dictionary(chosen.map { ($0.request.shard, $0.bytes) }) { first, _ in first }
  }

  /// Whether all answers could be honest together.
  func agrees(_ answers: [ReadAnswer], _ code: ErasureCode) -> Bool {
    var shards: [Int: [UInt8]] = [:]
    for answer in answers {
      guard
        shards.updateValue(answer.bytes, forKey: answer.request.shard) ?? answer.bytes
          == answer.bytes
      else { return false }
    }
    return (try? code.agree(shards)) ?? true
  }
}
