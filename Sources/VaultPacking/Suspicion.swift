import VaultEncoding

/// Sets of nodes that may be lying, the likely ones first: nobody, each one, each two.
///
/// Three liars among the answers for one range are found by audits of whole shards, not by trying.
enum Suspicion {
  /// How many nodes are suspected at once at most.
  static let liarsMax = 2

  static func sets(of nodes: [DID]) -> some Sequence<Set<DID>> {
    (0...liarsMax).lazy.flatMap { size in
      var subset = Subset(of: nodes.count, size: size)
      return AnyIterator { subset.next().map { places in Set(places.map { nodes[$0] }) } }
    }
  }
}
