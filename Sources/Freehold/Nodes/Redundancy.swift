import VaultEncoding

/// «Any k of n»: how many nodes suffice, and over how many a pack is spread.
public struct Redundancy: Hashable, Sendable, CustomStringConvertible {
  /// How many shards rebuild a pack.
  public let needed: Int
  /// How many shards a pack has, each on another node.
  public let total: Int

  /// The widest spread.
  public static let totalMax = 32

  /// Checks 1 ≤ needed ≤ total ≤ 32.
  public init?(needed: Int, total: Int) {
    guard needed >= 1, needed <= total, total <= Self.totalMax else { return nil }
    self.needed = needed
    self.total = total
  }

  /// What suits so many nodes when the owner has not said otherwise (design section 6).
  public static func suiting(nodeCount: Int) -> Redundancy {
    let pair =
      switch nodeCount {
      case ...1: (1, 1)
      case 2: (1, 2)
      case 3, 4: (2, 3)
      default: (3, 5)
      }
    return Redundancy(validNeeded: pair.0, total: pair.1)
  }

  private init(validNeeded: Int, total: Int) {
    needed = validNeeded
    self.total = total
  }

  /// `k/n`, as the command line writes it.
  public var description: String { "\(needed)/\(total)" }

  static let settingKey = Array("redundancy".utf8)

  var bytes: [UInt8] { DAGCBOR.encode(.array([.int(needed), .int(total)])) }

  init?(decoding bytes: [UInt8]) {
    guard let items = (try? DAGCBOR.decode(bytes))?.asArray, items.count == 2,
      let needed = items[0].asInt, let total = items[1].asInt
    else { return nil }
    self.init(needed: Int(clamping: needed), total: Int(clamping: total))
  }
}
