/// One request, in terms that HTTP and the simulator share.
public struct NetworkRequest: Sendable {
  /// The method, such as `PUT`.
  public var method: String
  /// The path below the peer's address, with a leading slash.
  public var path: String
  /// Header names and values in order.
  public var headers: [(name: String, value: String)]
  /// The body; empty for none.
  public var body: [UInt8]
  /// How long the answer's body may be.
  ///
  /// A longer one is refused, never cut.
  public var responseBytesMax: Int

  /// Describes a request.
  public init(
    method: String, path: String, headers: [(name: String, value: String)] = [],
    body: [UInt8] = [], responseBytesMax: Int
  ) {
    self.method = method
    self.path = path
    self.headers = headers
    self.body = body
    self.responseBytesMax = responseBytesMax
  }
}
