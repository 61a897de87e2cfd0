import VaultEncoding

/// What an entry of the policy log says.
///
/// docs/spec/policy.md, "Bodies".
///
/// Indirect: logs are long and most bodies short, so an entry does not have room for the longest.
public indirect enum PolicyBody: Hashable, Sendable {
  /// Somebody is let in.
  case grant(GrantBody)
  /// Somebody is put out.
  case revoke(RevokeBody)
  /// A key of a scope starts, or is sealed to more people.
  case epoch(EpochBody)
  /// A unit of read access exists.
  case scope(ScopeBody)
  /// Settings change.
  case settings(SettingsBody)
  /// The operations of an expired grant that count are fixed.
  case seal(SealBody)

  /// What a manager must be allowed to do for it.
  public var act: AdminAct {
    switch self {
    case .grant: .grant
    case .revoke: .revoke
    case .epoch: .epoch
    case .scope: .scope
    case .settings: .settings
    case .seal: .seal
    }
  }

  /// Entries that must be known before this one, besides what the entry itself names.
  var needs: [CID] {
    guard case .epoch(let body) = self else { return [] }
    return body.follows.map(\.epoch) + (body.extends.map { [$0] } ?? [])
  }

  var value: CBORValue {
    let content =
      switch self {
      case .grant(let body): body.value
      case .revoke(let body): body.value
      case .epoch(let body): body.value
      case .scope(let body): body.value
      case .settings(let body): body.value
      case .seal(let body): body.value
      }
    return .map([(act.rawValue, content)])
  }

  init(_ value: CBORValue, isTrusted: Bool, vault: FamiliarDID? = nil) throws(PolicyError) {
    guard let map = value.asMap, map.count == 1, let pair = map.first,
      let act = AdminAct(rawValue: pair.key)
    else { throw PolicyError(.malformed, "the body is not of one known kind") }
    switch act {
    case .grant: self = .grant(try GrantBody(pair.value, isTrusted: isTrusted, vault: vault))
    case .revoke: self = .revoke(try RevokeBody(pair.value))
    case .epoch: self = .epoch(try EpochBody(pair.value))
    case .scope: self = .scope(try ScopeBody(pair.value))
    case .settings: self = .settings(try SettingsBody(pair.value))
    case .seal: self = .seal(try SealBody(pair.value))
    }
  }
}
