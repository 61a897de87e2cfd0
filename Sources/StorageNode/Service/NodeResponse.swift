/// The answer to one request, free of any transport.
public struct NodeResponse: Sendable, Hashable {
  /// What the body is.
  public enum Content: String, Sendable, Hashable {
    case cbor = "application/cbor"
    case raw = "application/octet-stream"
    case text = "text/plain; charset=utf-8"
  }

  /// The HTTP status (sync.md section 6 for everything that is not 2xx).
  public var status: Int
  /// What the body is.
  public var content: Content
  /// The value of the Content-Range header of a 206 or 416.
  public var contentRange: String?
  /// Seconds for the Retry-After header of a 429 or 503.
  public var retryAfterSeconds: Int?
  /// The whole body.
  public var body: [UInt8]

  /// An answer with its body.
  public init(
    status: Int = 200, content: Content = .cbor, contentRange: String? = nil,
    retryAfterSeconds: Int? = nil, body: [UInt8]
  ) {
    self.status = status
    self.content = content
    self.contentRange = contentRange
    self.retryAfterSeconds = retryAfterSeconds
    self.body = body
  }

  /// A 200 with a DAG-CBOR body.
  static func cbor(_ body: [UInt8]) -> NodeResponse {
    NodeResponse(body: body)
  }
}
