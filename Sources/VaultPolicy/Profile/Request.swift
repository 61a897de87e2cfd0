public import VaultEncoding

/// Everything that may be asked of a node, with its own arguments: a closed list.
///
/// docs/spec/requests.md, "Commands".
///
/// A command that is not here is refused before any condition is looked at, and so are arguments
/// that its row does not have.
public enum Request: Hashable, Sendable {
  /// Read heads and say what is missing; of one scope, or of all that may be read.
  case pullHead(scope: ScopeID?)
  /// Read entries.
  case pullLog(scope: ScopeID?)
  /// Read a shard; without one, ask which shards there are.
  case pullBlob(shard: Bytes32?)
  /// Read the policy log.
  case pullPolicy
  /// Store heads.
  case pushHead(scope: ScopeID?)
  /// Store entries.
  case pushLog(scope: ScopeID?)
  /// Store a shard.
  case pushBlob(shard: Bytes32)
  /// Meet a new device: open a mailbox, read the answer, reply.
  case link
  /// Challenge the node to show what it stores.
  case audit
  /// Have a shard made again from others.
  case repair(shard: Bytes32)
  /// Change what only managers change.
  case admin(AdminAct)
  /// Ask the host to store for a vault.
  ///
  /// The subject is the node.
  case hostStore
  /// Ask the host what was used.
  ///
  /// The subject is the node.
  case hostUsage

  /// What it is called.
  public var command: Command {
    switch self {
    case .pullHead: Command(known: "/vault/pull/head")
    case .pullLog: Command(known: "/vault/pull/log")
    case .pullBlob: Command(known: "/vault/pull/blob")
    case .pullPolicy: Command(known: "/vault/pull/policy")
    case .pushHead: Command(known: "/vault/push/head")
    case .pushLog: Command(known: "/vault/push/log")
    case .pushBlob: Command(known: "/vault/push/blob")
    case .link: Command(known: "/vault/link")
    case .audit: Command(known: "/vault/audit")
    case .repair: Command(known: "/vault/repair")
    case .admin(let act): act.command
    case .hostStore: Command(known: "/host/store")
    case .hostUsage: Command(known: "/host/usage")
    }
  }

  /// Whether the subject is the node, not the vault.
  public var isAboutHost: Bool {
    switch self {
    case .hostStore, .hostUsage: true
    default: false
    }
  }

  /// Whether doing it twice is the same as doing it once: such requests need no replay memory.
  public var isIdempotent: Bool {
    switch self {
    case .pullHead, .pullLog, .pullBlob, .pullPolicy, .pushHead, .pushLog, .pushBlob, .link,
      .audit, .hostUsage:
      true
    case .repair, .admin, .hostStore: false
    }
  }

  /// The arguments as they travel, together with what binds them to a body.
  public func arguments(binding: RequestBinding) -> CBORMap {
    var pairs = [
      CBORPair(key: "digest", value: .bytes(binding.digest)),
      CBORPair(key: "size", value: .unsigned(binding.sizeBytes)),
      CBORPair(key: "hops", value: .int(binding.hops)),
    ]
    if let scope { pairs.append(CBORPair(key: "scope", value: .scope(scope))) }
    if let shard { pairs.append(CBORPair(key: "shard", value: .bytes(shard))) }
    return CBORMap(pairs)
  }

  /// The scope that is asked about, if the request names one.
  public var scope: ScopeID? {
    switch self {
    case .pullHead(let scope), .pullLog(let scope), .pushHead(let scope), .pushLog(let scope):
      scope
    default: nil
    }
  }

  /// The shard that is asked about, if the request names one.
  public var shard: Bytes32? {
    switch self {
    case .pullBlob(let shard): shard
    case .pushBlob(let shard), .repair(let shard): shard
    default: nil
    }
  }
}
