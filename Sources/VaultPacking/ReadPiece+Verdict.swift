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
  func verdict(
    on answers: [(RangeRequest, [UInt8])], accepted version: Int, _ code: ErasureCode
  ) -> Verdict {
    let truth = versions[version]
    var verdict = Verdict()
    let whole = truth.sources.first { $0.count == code.dataShards && code.dataShards > 1 }
    var base: [Int: [UInt8]] = [:]
    for (request, bytes) in answers where whole?.contains(request) == true {
      base[request.shard] = bytes
    }
    for (request, bytes) in answers {
      let expected: [UInt8]?
      if request.shard == target || code.dataShards == 1 {
        expected = truth.bytes
      } else {
        expected =
          base.isEmpty ? nil : try? code.rebuild([request.shard], from: base)[request.shard]
      }
      switch expected {
      case .some(bytes): verdict.right.insert(request.node)
      case .some: verdict.wrong.insert(request.node)
      case .none: verdict.open.insert(request.node)
      }
    }
    return verdict
  }
}
