public import VaultEncoding

/// Why a node did not do what it was asked (docs/spec/sync.md section 6).
public struct Refusal: Error, Hashable, Sendable {
  /// The reason, from a closed list that grows with the protocol.
  public enum Code: String, Sendable, CaseIterable {
    /// The request does not decode, or a limit is exceeded.
    case malformed
    /// The invocation is missing, expired or for somebody else.
    case unauthorized
    /// The policy refuses.
    case refused
    /// No such shard, or no such vault here.
    case absent
    /// A run does not continue the node's copy, or contradicts it.
    case gap
    /// The body is too large.
    case tooLarge = "too-large"
    /// The range lies outside the shard.
    case range
    /// The bytes do not match their name, or a signature is wrong.
    case mismatch
    /// Too many requests.
    case slowDown = "slow-down"
    /// The node is draining or full for everybody.
    case stopping
    /// The vault's quota is used up.
    case quota

    /// The HTTP status that goes with the code.
    public var status: Int {
      switch self {
      case .malformed: 400
      case .unauthorized: 401
      case .refused: 403
      case .absent: 404
      case .gap: 409
      case .tooLarge: 413
      case .range: 416
      case .mismatch: 422
      case .slowDown: 429
      case .stopping: 503
      case .quota: 507
      }
    }
  }

  /// The reason.
  public let code: Code
  /// A sentence for people, without secrets.
  public let message: String
  /// The node's clock, so that a client with a wrong one can say so.
  public let time: Timestamp
  /// Where the delegations that were shown are revoked: others that allow the same to the same
  /// principal, the vault's own first; empty when there are none.
  public let chain: [[UInt8]]

  private static let linksMax = 8
  private static let linkBytesMax = 8 << 10

  /// Makes a refusal.
  public init(_ code: Code, _ message: String, time: Timestamp, chain: [[UInt8]] = []) {
    self.code = code
    self.message = message
    self.time = time
    self.chain = chain
  }

  /// The body as sent.
  public var bytes: [UInt8] {
    DAGCBOR.encode(
      .map([
        ("code", .text(code.rawValue)), ("message", .text(message)),
        ("chain", .array(chain.map { .bytes($0) })),
        ("time", .unsigned(UInt64(max(0, time.milliseconds)))),
      ]))
  }

  /// Decodes a body.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    let fields = try MessageFields(
      bytes, bytesMax: 4096 + Self.linksMax * Self.linkBytesMax,
      keys: ["chain", "code", "message", "time"])
    guard let code = Code(rawValue: try fields.text("code")) else { throw .field("code") }
    self.code = code
    message = try fields.text("message")
    time = Timestamp(milliseconds: Int64(try fields.int("time")))
    chain = try fields.byteStrings(
      "chain", countMax: Self.linksMax, bytesMax: Self.linkBytesMax)
  }
}
