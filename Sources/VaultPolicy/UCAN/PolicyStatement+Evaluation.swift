public import VaultEncoding

extension PolicyStatement {
  /// Whether the statement holds.
  ///
  /// A selector that leads nowhere makes its statement false.
  public func holds(for arguments: CBORValue) -> Bool {
    switch self {
    case .compare(let comparison, let selector, let value):
      guard let selected = selector.resolve(in: arguments) else { return false }
      return comparison.holds(selected, value)
    case .like(let selector, let pattern):
      guard let text = selector.resolve(in: arguments)?.asText else { return false }
      return pattern.matches(text)
    case .and(let statements):
      return statements.allSatisfy { $0.holds(for: arguments) }
    case .or(let statements):
      return statements.isEmpty || statements.contains { $0.holds(for: arguments) }
    case .not(let statement):
      return !statement.holds(for: arguments)
    case .all(let selector, let statement):
      guard let items = Self.items(selector.resolve(in: arguments)) else { return false }
      return items.allSatisfy { statement.holds(for: $0) }
    case .any(let selector, let statement):
      guard let items = Self.items(selector.resolve(in: arguments)) else { return false }
      return items.contains { statement.holds(for: $0) }
    }
  }

  /// What `all` and `any` go over: the items of a list or the values of a map.
  private static func items(_ value: CBORValue?) -> [CBORValue]? {
    switch value {
    case .some(.array(let items)): items
    case .some(.map(let map)): map.pairs.map(\.value)
    default: nil
    }
  }
}

extension PolicyStatement.Comparison {
  fileprivate func holds(_ left: CBORValue, _ right: CBORValue) -> Bool {
    switch self {
    case .equal: left.meansSame(as: right)
    case .notEqual: !left.meansSame(as: right)
    case .less: left.order(to: right) { $0 < $1 }
    case .lessOrEqual: left.order(to: right) { $0 <= $1 }
    case .greater: left.order(to: right) { $0 > $1 }
    case .greaterOrEqual: left.order(to: right) { $0 >= $1 }
    }
  }
}

extension CBORValue {
  /// The number as a float.
  ///
  /// Integers in tokens are within ±(2^53 − 1), so nothing is rounded.
  private var asNumber: Double? {
    switch self {
    case .unsigned(let value): Double(value)
    case .negative(let value): -1 - Double(value)
    case .double(let value): value
    default: nil
    }
  }

  fileprivate func order(to other: CBORValue, _ compare: (Double, Double) -> Bool) -> Bool {
    guard let left = asNumber, let right = other.asNumber else { return false }
    return compare(left, right)
  }

  /// Deep equality in which an integer and a float of the same value are equal.
  fileprivate func meansSame(as other: CBORValue) -> Bool {
    switch (self, other) {
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.meansSame(as: $1) }
    case (.map(let left), .map(let right)):
      left.count == right.count
        && zip(left, right).allSatisfy { one, two in
          one.key.utf8.elementsEqual(two.key.utf8) && one.value.meansSame(as: two.value)
        }
    default:
      self == other || order(to: other, ==)
    }
  }
}
