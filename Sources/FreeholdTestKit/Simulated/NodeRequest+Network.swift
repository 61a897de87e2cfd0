public import StorageNode
public import VaultEnvironment

extension NodeRequest {
  /// A request as the node's server hands it to its service; nil for a method that there is not.
  public init?(_ request: NetworkRequest) {
    guard let method = Method(rawValue: request.method) else { return nil }
    func header(_ name: String) -> String? {
      request.headers.first { $0.name.lowercased() == name }?.value
    }
    self.init(
      method: method, path: request.path, authorization: header("authorization"),
      range: header("range"), body: request.body)
  }
}

extension NetworkResponse {
  /// An answer of a node's service as it goes over the network.
  public init(_ answer: NodeResponse) {
    self.init(
      status: answer.status, headers: [(name: "Content-Type", value: answer.content.rawValue)],
      body: answer.body)
  }
}
