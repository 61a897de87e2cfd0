public import VaultEncoding

/// For each replica, the number of its last batch that is included.
public struct VersionVector: Hashable, Sendable {
  private var sequences: [Bytes32: UInt64]

  /// Includes nothing.
  public init() { sequences = [:] }

  /// The number of the last included batch of a replica; 0 when there is none.
  public subscript(replica: Bytes32) -> UInt64 {
    get { sequences[replica] ?? 0 }
    set { sequences[replica] = newValue == 0 ? nil : newValue }
  }

  /// Whether nothing is included.
  public var isEmpty: Bool { sequences.isEmpty }

  /// How many replicas have at least one batch included.
  public var count: Int { sequences.count }

  /// The replicas and their numbers, sorted by key.
  ///
  /// Complexity: O(*n* log *n*).
  public var sorted: [(replica: Bytes32, sequence: UInt64)] {
    sequences.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Whether everything in the other vector is included here.
  ///
  /// Complexity: O(*n*).
  public func includes(_ other: VersionVector) -> Bool {
    other.sequences.allSatisfy { self[$0.key] >= $0.value }
  }

  /// Includes what the other vector includes.
  ///
  /// Complexity: O(*n*).
  public mutating func formUnion(_ other: VersionVector) {
    sequences.merge(other.sequences, uniquingKeysWith: max)
  }
}

extension VersionVector: ExpressibleByDictionaryLiteral {
  /// Makes a vector from `[replica: sequence, …]`; zeros are left out.
  public init(dictionaryLiteral elements: (Bytes32, UInt64)...) {
    self.init()
    for (replica, sequence) in elements { self[replica] = sequence }
  }
}
