public import VaultEncoding

extension PolicyStatement {
  /// Only a folder and what is below it.
  ///
  /// docs/spec/requests.md, "Recipes".
  ///
  /// Always both halves: `like "/photos*"` alone would let `/photoshop` in. Throws
  /// `malformedToken` for a path with an empty segment, `.` or `..`; the caller brings it to NFC.
  public static func path(below path: String) throws(UCANError) -> PolicyStatement {
    let segments = path.utf8.split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let names = segments.map { Array($0) }
    let forbidden: [[UInt8]] = [[], [0x2e], [0x2e, 0x2e]]
    guard !path.isEmpty, !names.contains(where: { forbidden.contains($0) }) else {
      throw UCANError(.malformedToken, "the path is not a plain path without a leading slash")
    }
    return .or([
      .compare(.equal, .path, .text(path)),
      .like(.path, try LikePattern(LikePattern.escape(path) + "/*")),
    ])
  }

  /// The paths that a statement made by `path(below:)`, or a pattern of paths, lets through; nil
  /// for every other statement.
  public var limitedPaths: PathLimit? {
    guard let selector = try? Selector(".path") else { return nil }
    if case .like(selector, let pattern) = self { return PathLimit(pattern: pattern) }
    guard case .or(let choices) = self, choices.count == 2,
      case .compare(.equal, selector, let value) = choices[0], let path = value.asText,
      let folder = try? Self.path(below: path), folder == self
    else { return nil }
    return try? PathLimit(folder: path)
  }

  /// Only some scopes.
  ///
  /// A request that names no scope passes: what it is answered with is limited by
  /// `Allowance.allows(_:scope:)`.
  public static func scopes(_ scopes: [ScopeID]) throws(UCANError) -> PolicyStatement {
    let choices = scopes.map { PolicyStatement.compare(.equal, .scope, .scope($0)) }
    return .or([.compare(.equal, .scope, .null)] + choices)
  }

  /// The scopes that a statement made by `scopes(_:)` lets through; nil for every other statement.
  public var limitedScopes: [ScopeID]? {
    guard case .or(let choices) = self, choices.count > 1,
      choices[0] == .compare(.equal, .scope, .null)
    else { return nil }
    let scopes = choices.dropFirst().compactMap { choice -> ScopeID? in
      guard case .compare(.equal, .scope, let value) = choice else { return nil }
      return value.asScope
    }
    return scopes.count == choices.count - 1 ? scopes : nil
  }

  /// How many delegations a statement made by `hops(atMost:)` lets through; nil for every other
  /// statement.
  public var hopsMax: Int? {
    guard case .compare(.lessOrEqual, .hops, let value) = self else { return nil }
    return value.asInt.map { Int(clamping: $0) }
  }

  /// At most so many delegations, the grant itself included.
  public static func hops(atMost count: Int) throws(UCANError) -> PolicyStatement {
    .compare(.lessOrEqual, .hops, .int(count))
  }
}
