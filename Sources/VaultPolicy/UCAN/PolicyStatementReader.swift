import VaultEncoding

/// Reads statements and counts them against the limits.
struct PolicyStatementReader {
  private var remaining = UCANLimits.policyStatementsMax

  /// A list of statements, `depth` levels down.
  mutating func readList(_ value: CBORValue, depth: Int) throws(UCANError) -> [PolicyStatement] {
    guard let items = value.asArray else {
      throw UCANError(.malformedToken, "a policy is not a list of statements")
    }
    var statements: [PolicyStatement] = []
    statements.reserveCapacity(min(items.count, remaining))
    for item in items { statements.append(try read(item, depth: depth)) }
    return statements
  }

  private mutating func read(_ value: CBORValue, depth: Int) throws(UCANError) -> PolicyStatement {
    guard depth <= UCANLimits.policyDepthMax, remaining > 0 else {
      throw UCANError(.malformedToken, "a policy has too many statements or levels")
    }
    remaining -= 1
    guard let items = value.asArray, let name = items.first?.asText else {
      throw UCANError(.malformedToken, "a statement does not begin with an operator")
    }
    if let comparison = PolicyStatement.Comparison(rawValue: name) {
      try Self.expect(items, count: 3)
      return .compare(comparison, try Self.selector(items[1]), items[2])
    }
    switch name {
    case "like":
      try Self.expect(items, count: 3)
      guard let pattern = items[2].asText else {
        throw UCANError(.malformedToken, "the pattern of a like statement is not text")
      }
      return .like(try Self.selector(items[1]), try LikePattern(pattern))
    case "and":
      try Self.expect(items, count: 2)
      return .and(try readList(items[1], depth: depth + 1))
    case "or":
      try Self.expect(items, count: 2)
      return .or(try readList(items[1], depth: depth + 1))
    case "not":
      try Self.expect(items, count: 2)
      return .not(try read(items[1], depth: depth + 1))
    case "all":
      try Self.expect(items, count: 3)
      return .all(try Self.selector(items[1]), try read(items[2], depth: depth + 1))
    case "any":
      try Self.expect(items, count: 3)
      return .any(try Self.selector(items[1]), try read(items[2], depth: depth + 1))
    default:
      throw UCANError(.malformedToken, "a statement has an unknown operator")
    }
  }

  private static func expect(_ items: [CBORValue], count: Int) throws(UCANError) {
    guard items.count == count else {
      throw UCANError(.malformedToken, "a statement has the wrong number of parts")
    }
  }

  private static func selector(_ value: CBORValue) throws(UCANError) -> Selector {
    guard let text = value.asText else {
      throw UCANError(.malformedToken, "a selector is not text")
    }
    return try Selector(text)
  }
}
