import VaultEncoding

// Whom to ask next. All rules are here; the plan only keeps the books.
extension ReadPlan {
  struct Question {
    let request: RangeRequest
    let patience: Int
  }

  /// A node is left for others when it takes longer than this times the slowest of k others:
  /// rebuilding moves k times the bytes, so it has to be worth it.
  static let detourFactor = 4

  /// Healthy before doubtful, near before far; the DID decides between equals.
  static func isNearer(_ left: ShardHolder, _ right: ShardHolder) -> Bool {
    (left.health, left.latencyMilliseconds, left.node, left.shard)
      < (right.health, right.latencyMilliseconds, right.node, right.shard)
  }

  /// The questions to add for a piece; none while those that are out can be expected to suffice.
  func questions(for piece: ReadPiece) -> [Question] {
    let isTarget = { (shard: Int) in shard == piece.target || code.dataShards == 1 }
    let answered = Set(answers.map(\.request).filter { $0.range.contains(piece.range) })
    let awaited = outstanding.filter {
      $0.range.contains(piece.range) && !lateNodes.contains($0.node)
    }
    let coming = answered.union(awaited)
    let others = Set(coming.map(\.shard).filter { !isTarget($0) })
    let unasked = holders.filter { holder in
      !lostNodes.contains(holder.node)
        && !asked.contains {
          $0.node == holder.node && $0.shard == holder.shard && $0.range.contains(piece.range)
        }
    }
    let direct = unasked.filter { isTarget($0.shard) }
    let group = oneForEachShard(
      unasked.filter { !isTarget($0.shard) && !others.contains($0.shard) })
    if evidence > 0 {
      let chain = group + direct + unasked.filter { !isTarget($0.shard) && !group.contains($0) }
      // With k = 1 each answer is a version; otherwise k others make one, and each more several.
      let missing =
        code.dataShards == 1
        ? evidence + 1 - coming.count : code.dataShards - 1 + evidence - others.count
      return ask(Array(chain.prefix(max(0, missing))), for: piece)
    }
    if others.count >= code.dataShards || coming.contains(where: { isTarget($0.shard) }) {
      return []
    }
    return ask(cheapest(direct, group, missing: code.dataShards - others.count), for: piece)
  }

  /// The nearest holder of the piece itself, unless k others are so much nearer or healthier that
  /// rebuilding is better; everybody when neither way is sure to suffice.
  private func cheapest(
    _ direct: [ShardHolder], _ group: [ShardHolder], missing: Int
  ) -> [ShardHolder] {
    let nearest = Array(group.prefix(missing))
    guard nearest.count == missing, code.dataShards > 1, let slowest = nearest.last else {
      return direct.isEmpty ? group : [direct[0]]
    }
    guard let holder = direct.first else { return nearest }
    let isDetour =
      holder.health > slowest.health
      || (holder.health == slowest.health
        && holder.latencyMilliseconds / Self.detourFactor > slowest.latencyMilliseconds)
    return isDetour ? nearest : [holder]
  }

  private func oneForEachShard(_ holders: [ShardHolder]) -> [ShardHolder] {
    var seen: Set<Int> = []
    return holders.filter { seen.insert($0.shard).inserted }
  }

  private func ask(_ holders: [ShardHolder], for piece: ReadPiece) -> [Question] {
    holders.map { holder in
      Question(
        request: RangeRequest(holder.node, holder.shard, piece.range),
        patience: max(50, 3 * holder.latencyMilliseconds))
    }
  }
}
