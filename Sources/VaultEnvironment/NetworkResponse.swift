/// A peer's answer, whole.
public struct NetworkResponse: Sendable {
  /// The HTTP status.
  public var status: Int
  /// Header names and values in order.
  public var headers: [(name: String, value: String)]
  /// The body, at most as long as the request allowed.
  public var body: [UInt8]

  /// Describes an answer.
  public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first value of a header, whose name is compared without regard to case.
  public func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}
