/// One request to a node, free of any transport: what the HTTP shell reads off the wire and what
/// a simulator makes by hand.
public struct NodeRequest: Sendable, Hashable {
  /// The methods that sync.md section 5 uses; everything else has no route.
  public enum Method: String, Sendable, Hashable {
    case get = "GET"
    case put = "PUT"
    case post = "POST"
  }

  /// What is asked.
  public var method: Method
  /// The path, without a query.
  public var path: String
  /// The value of the Authorization header.
  public var authorization: String?
  /// The value of the Range header.
  public var range: String?
  /// The whole body.
  public var body: [UInt8]

  /// A request with the parts that matter to a node.
  public init(
    method: Method, path: String, authorization: String? = nil, range: String? = nil,
    body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.authorization = authorization
    self.range = range
    self.body = body
  }
}
