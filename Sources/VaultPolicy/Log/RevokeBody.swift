public import VaultEncoding

/// Puts somebody out: one grant, or every grant to a principal that has not seen this.
public struct RevokeBody: Hashable, Sendable {
  private static let schema = CBORSchema(
    required: ["target", "principal", "keep", "keepOps", "ucan"])

  /// Who or what is put out.
  public enum Subject: Hashable, Sendable {
    /// The grant that this entry gave.
    case grant(CID)
    /// Everything that this principal was granted.
    case principal(DID)
  }

  /// Who or what is put out.
  public let subject: Subject
  /// For each manager who falls, the last entry of it that stays.
  ///
  /// Who is not named keeps nothing.
  public let keep: [CID: CID]
  /// For each device that falls, the operations that stay.
  public let keptOperations: KeptOperations
  /// The same as a UCAN revocation, for verifiers that know no policy log.
  public let invocation: [UInt8]?

  /// Puts a revocation together.
  public init(
    subject: Subject, keep: [CID: CID], keptOperations: KeptOperations, invocation: [UInt8]?
  ) {
    self.subject = subject
    self.keep = keep
    self.keptOperations = keptOperations
    self.invocation = invocation
  }

  /// The entry of the grant that is put out, if it is one.
  public var target: CID? {
    if case .grant(let cid) = subject { cid } else { nil }
  }

  /// The principal that is put out, if it is one.
  public var principal: DID? {
    if case .principal(let did) = subject { did } else { nil }
  }

  var value: CBORValue {
    .map([
      ("target", target.map { .link($0) } ?? .null),
      ("principal", principal.map { .did($0) } ?? .null),
      ("keep", .map(keep.map { CBORPair(key: $0.key.text, value: .link($0.value)) })),
      ("keepOps", keptOperations.value),
      ("ucan", invocation.map { .bytes($0) } ?? .null),
    ])
  }

  init(_ value: CBORValue) throws(PolicyError) {
    let fields = try PolicyFields(value, of: "revocation", Self.schema)
    let target = try fields.orNull("target", \.asLink)
    let principal = try fields.orNull("principal", \.asDID)
    switch (target, principal) {
    case (let target?, nil): subject = .grant(target)
    case (nil, let principal?): subject = .principal(principal)
    default: throw PolicyError(.malformed, "a revocation names one grant or one principal")
    }
    keep = try fields.required("keep", Self.keep)
    keptOperations = try fields.required("keepOps") { KeptOperations($0) }
    invocation = try fields.orNull("ucan") { value in
      value.asBytes.flatMap { $0.count <= UCANLimits.delegationBytesMax ? $0 : nil }
    }
  }

  private static func keep(_ value: CBORValue) -> [CID: CID]? {
    guard let map = value.asMap, map.count <= PolicyLimits.keepMax else { return nil }
    var keep: [CID: CID] = [:]
    for pair in map {
      // Only the text that is written, so that equal maps have equal bytes.
      guard let grant = try? CID(pair.key), grant.text.utf8.elementsEqual(pair.key.utf8),
        let last = pair.value.asLink
      else { return nil }
      keep[grant] = last
    }
    return keep
  }
}
