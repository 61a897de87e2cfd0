import VaultEncoding

/// The closed arguments of each command.
///
/// docs/spec/requests.md, "Arguments".
struct RequestSchema {
  private enum Presence {
    case absent
    case optional
    case required
  }

  private let scope: Presence
  private let shard: Presence
  private let make: @Sendable (ScopeID?, Bytes32?) -> Request?

  private static let common = ["digest", "size", "hops"]
  private static let byCommand: [String: RequestSchema] = {
    var schemas = [
      "/vault/pull/head": RequestSchema(.optional, .absent) { scope, _ in .pullHead(scope: scope) },
      "/vault/pull/log": RequestSchema(.optional, .absent) { scope, _ in .pullLog(scope: scope) },
      "/vault/pull/blob": RequestSchema(.absent, .optional) { _, shard in .pullBlob(shard: shard) },
      "/vault/pull/policy": RequestSchema(.absent, .absent) { _, _ in .pullPolicy },
      "/vault/push/head": RequestSchema(.optional, .absent) { scope, _ in .pushHead(scope: scope) },
      "/vault/push/log": RequestSchema(.optional, .absent) { scope, _ in .pushLog(scope: scope) },
      "/vault/push/blob": RequestSchema(.absent, .required) { _, shard in
        shard.map { .pushBlob(shard: $0) }
      },
      "/vault/link": RequestSchema(.absent, .absent) { _, _ in .link },
      "/vault/audit": RequestSchema(.absent, .absent) { _, _ in .audit },
      "/vault/repair": RequestSchema(.absent, .required) { _, shard in
        shard.map { .repair(shard: $0) }
      },
      "/host/store": RequestSchema(.absent, .absent) { _, _ in .hostStore },
      "/host/usage": RequestSchema(.absent, .absent) { _, _ in .hostUsage },
    ]
    for act in AdminAct.allCases {
      schemas[act.command.text] = RequestSchema(.absent, .absent) { _, _ in .admin(act) }
    }
    return schemas
  }()

  private init(
    _ scope: Presence, _ shard: Presence,
    make: @escaping @Sendable (ScopeID?, Bytes32?) -> Request?
  ) {
    self.scope = scope
    self.shard = shard
    self.make = make
  }

  /// Reads what an invocation asks.
  static func read(
    _ invocation: Invocation
  ) throws(UCANError) -> (request: Request, binding: RequestBinding) {
    guard let schema = byCommand[invocation.command.text] else {
      throw UCANError(.invalidCommand, "\(invocation.command) is not a request")
    }
    let arguments = invocation.terms.arguments
    guard arguments.hasKeys(schema.keys(.required), optional: schema.keys(.optional)) else {
      throw UCANError(.matchError, "the arguments are not those of \(invocation.command)")
    }
    guard let digest = arguments["digest"]?.asBytes32, let size = arguments["size"]?.asUInt,
      let hops = arguments["hops"]?.asInt
    else { throw UCANError(.matchError, "digest, size or hops has the wrong type") }
    guard hops == invocation.proofs.count else {
      throw UCANError(.matchError, "hops is \(hops) with \(invocation.proofs.count) proofs")
    }
    let scope = arguments["scope"]?.asScope
    let shard = arguments["shard"]?.asBytes32
    guard (scope == nil) == (arguments["scope"] == nil),
      (shard == nil) == (arguments["shard"] == nil),
      let request = schema.make(scope, shard)
    else { throw UCANError(.matchError, "the scope or shard has the wrong type") }
    return (
      request, RequestBinding(digest: digest, sizeBytes: size, hops: invocation.proofs.count)
    )
  }

  private func keys(_ presence: Presence) -> [String] {
    let own = [("scope", scope), ("shard", shard)].filter { $0.1 == presence }.map(\.0)
    return presence == .required ? Self.common + own : own
  }
}
