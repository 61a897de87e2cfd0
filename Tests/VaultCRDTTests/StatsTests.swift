import Testing
@testable import VaultCRDT
struct StatsTests {
  @Test func stats() throws {
    var rescued = 0, circles = 0, clash = 0, multi = 0, refused = 0, shown = 0, trashed = 0, ops=0
    for seed in UInt64(0)..<500 {
      var h = try RandomHistory(seed: seed, replicas: 3, steps: 50)
      var t = Tree(); h.mergeAll(into: &t)
      rescued += t.rescue.shown.count
      circles += t.rescue.homes.filter { $0.value == .root && t.home(of: $0.key) != .root }.count
      t.forEachFolder { _, c in clash += c.filter(\.isClash).count; shown += c.count
        multi += c.filter { t.contents(of: $0.object).count > 1 }.count }
      refused += t.log.previous.filter { $0 == MoveLog.refused }.count
      trashed += t.trashed().count
      ops += h.batches.reduce(0) { $0 + $1.count }
    }
    print("STATS rescued", rescued, "circles", circles, "clash", clash, "multi", multi, "refused", refused, "shown", shown, "trashed", trashed, "ops", ops)
  }
}
