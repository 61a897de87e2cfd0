/// Bounds of the HTTP shell (docs/spec/node.md section 4).
///
/// All of them can be set in `node.toml`.
public struct ServerLimits: Sendable, Hashable {
  /// Connections answered; the next ones hear 503.
  public var connections = 12_000
  /// Connections of one address.
  public var connectionsPerAddress = 4_000
  /// Connections over the limit that are still accepted in order to be told so.
  public static let connectionsToRefuse = 256
  /// Bytes of bodies held in memory at once, in both directions.
  public var bodyBytes = 256 << 20
  /// Requests that wait for room in `bodyBytes`; the next ones hear 503.
  public var bodiesWaiting = 4_096
  /// Requests a second of one address, and how many may come at once.
  public var addressRequests = NodeLimits.Rate(perSecond: 5_000, burst: 20_000)
  /// Requests a second to mailboxes without an invocation, of one address: a linking asks twice a
  /// second.
  public static let strangerRequests = NodeLimits.Rate(perSecond: 10, burst: 60)
  /// Seconds without a request, or within a request without a byte, after which a connection ends.
  public var idleSeconds = 75
  /// Seconds every body may take, besides its length at `bodyBytesPerSecondMin`.
  public static let bodySeconds = 30
  /// The slowest body that is waited for, in both directions.
  public static let bodyBytesPerSecondMin = 32 << 10
  /// Threads for files and the database.
  public var threads = 8

  /// Bytes of one header field: an invocation with seven proofs of 8 KiB in base64url.
  public static let headerFieldBytesMax = 96 << 10
  /// Bytes of all header fields.
  public static let headerBytesMax = 112 << 10
  /// Header fields.
  public static let headerFieldsMax = 64
  /// Bytes of a path.
  public static let pathBytesMax = 512
  /// Bytes of a body that is read and thrown away so that its sender sees the refusal.
  public static let drainBytesMax = 1 << 20
  /// Bytes of one write of a long answer.
  public static let writeBytes = 512 << 10
  /// Seconds that running requests may take to finish after SIGTERM.
  public static let stopSeconds = 25
  /// How long a client may take to answer the end of a connection.
  ///
  /// Everything was answered by then; idle clients do not look, and a node that stops would wait
  /// for them.
  public static let goodbyeMilliseconds: Int64 = 500

  /// The defaults.
  public init() {}
}
