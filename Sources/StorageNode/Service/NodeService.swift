import VaultSync
public final class NodeService: Sendable {
  public func answer(_ request: NodeRequest) -> NodeResponse { NodeResponse(body: []) }
  func refusal(beforeBodyOf request: NodeRequest) -> NodeRefusal? { nil }
  func response(to refusal: NodeRefusal) -> NodeResponse { NodeResponse(body: []) }
  func replace(record: NodeRecord) {}
}
