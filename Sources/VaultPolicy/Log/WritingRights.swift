import VaultCrypto
public import VaultEncoding

/// What a device may write in one scope: which paths, and by which kinds of change.
///
/// docs/spec/policy.md, "Paths that may be written". A function of the policy alone; whoever has
/// the same log comes to the same answers. Nodes see no paths: devices ask.
public struct WritingRights: Hashable, Sendable {
  /// In place of an entry's number: everything that was ever granted counts.
  public static let ever: UInt64 = 0

  /// A kind of change.
  public enum Act: Hashable, Sendable, CaseIterable {
    /// Something is there, or has another content.
    case put
    /// Something is no longer there.
    case remove
    /// Something has other attributes.
    case meta

    /// What is delegated for it.
    public var command: Command {
      switch self {
      case .put: Command(known: "/vault/edit/put")
      case .remove: Command(known: "/vault/edit/remove")
      case .meta: Command(known: "/vault/edit/meta")
      }
    }
  }

  /// What one grant lets through.
  struct Share: Hashable, Sendable {
    /// Its name in the log.
    let grant: CID
    /// The last entry of the feed that it counts for; nil for all, while the grant holds.
    let upTo: UInt64?
    let command: Command
    let policies: [CapabilityPolicy]
  }

  let shares: [Share]
  private let scope: ScopeID

  /// A digest of the grants and of how far each counts: when it is another, entries that counted
  /// may not count any more.
  public var digest: Bytes32 {
    var writer = ByteWriter()
    for share in shares {
      writer.writeLengthPrefixed(share.grant.bytes)
      writer.writeVarint(share.upTo.map { $0 + 1 } ?? 0)
    }
    return Hash.sha256(writer.bytes)
  }

  init(_ shares: [Share], scope: ScopeID) {
    self.shares = shares
    self.scope = scope
  }

  /// Whether an entry may change anything.
  public func areUnlimited(at entry: UInt64) -> Bool {
    Act.allCases.allSatisfy { outcome(of: $0, below: "", at: entry) == .always }
  }

  /// Whether nothing may be written any more.
  public var areOver: Bool { shares.allSatisfy { $0.upTo != nil } }

  /// The first entry that may not change everything; nil when there is none.
  public var firstLimited: UInt64? {
    guard !areUnlimited(at: .max) else { return nil }
    let last = shares.compactMap(\.upTo).filter { areUnlimited(at: $0) }.max()
    return (last ?? 0) + 1
  }

  /// Whether an entry may do something at a path.
  ///
  /// A path with a name that is no UTF-8 only passes where every path does.
  public func allow(_ act: Act, at path: [[UInt8]], in entry: UInt64) -> Bool {
    guard let text = Self.text(path) else {
      return outcome(of: act, below: "", at: entry) == .always
    }
    return shares(for: act, at: entry).contains { share in
      let arguments = CBORValue.map(arguments(share, path: text))
      return share.policies.allSatisfy { $0.holds(for: arguments) }
    }
  }

  /// For how many of the paths below a folder an entry may do something.
  public func outcome(
    of act: Act, belowFolder path: [[UInt8]], in entry: UInt64
  ) -> PolicyOutcome {
    guard !path.isEmpty, let text = Self.text(path) else {
      return outcome(of: act, below: "", at: entry)
    }
    return outcome(of: act, below: text + "/", at: entry)
  }

  /// Whether an entry may do something at a path, and with a folder at all paths below it: what
  /// moves or goes takes those along.
  public func allow(_ act: Act, at path: [[UInt8]], isFolder: Bool, in entry: UInt64) -> Bool {
    allow(act, at: path, in: entry)
      && (!isFolder || outcome(of: act, belowFolder: path, in: entry) == .always)
  }

  /// Whether an entry may do something at some path below a folder.
  public func mayAllow(_ act: Act, belowFolder path: [[UInt8]], in entry: UInt64) -> Bool {
    outcome(of: act, belowFolder: path, in: entry) > .never
  }

  private func outcome(of act: Act, below prefix: String, at entry: UInt64) -> PolicyOutcome {
    shares(for: act, at: entry).map { share in
      share.policies.map { $0.outcome(below: prefix, arguments(share, path: nil)) }.min()
        ?? .always
    }.max() ?? .never
  }

  private func shares(for act: Act, at entry: UInt64) -> [Share] {
    shares.filter { $0.command.proves(act.command) && entry <= $0.upTo ?? .max }
  }

  private func arguments(_ share: Share, path: String?) -> CBORMap {
    var pairs = [
      CBORPair(key: "hops", value: .int(share.policies.count)),
      CBORPair(key: "scope", value: .scope(scope)),
    ]
    if let path { pairs.append(CBORPair(key: "path", value: .text(path))) }
    return CBORMap(pairs)
  }

  private static func text(_ path: [[UInt8]]) -> String? {
    String(validating: Array(path.joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
  }
}

extension PolicyState {
  /// Whether an entry of a device may change anything in a scope.
  public func mayWriteEverything(_ device: DID, in scope: ScopeID, entry: UInt64) -> Bool {
    device == vault || writingRights(of: device, in: scope).areUnlimited(at: entry)
  }

  /// What a device may write in a scope.
  ///
  /// A grant that was taken away counts for the entries that stay by all its revocations, as with
  /// `operationLimit(of:in:)`. Times are not looked at: they were judged by who took the entry.
  public func writingRights(of device: DID, in scope: ScopeID) -> WritingRights {
    var shares: [WritingRights.Share] = []
    for position in history.rules.grantsTo[device] ?? [] where verdict.isEffective[position] {
      guard let body = history.entries[position].grant,
        WritingRights.Act.allCases.contains(where: {
          body.delegation.command.proves($0.command)
        })
      else { continue }
      let isLive = verdict.isLive[position]
      let kept = isLive ? nil : UInt64(kept(of: device, grantAt: position)[scope]?.count ?? 0)
      let chain = history.chain(ofGrantAt: position)
      shares.append(
        WritingRights.Share(
          grant: history.entries[position].cid, upTo: kept, command: body.delegation.command,
          policies: chain.map(\.token.terms.policy)))
    }
    return WritingRights(shares.sorted { $0.grant < $1.grant }, scope: scope)
  }
}
