extension NodeService {
  /// `GET /healthz`: the process answers.
  func alive() -> NodeResponse {
    NodeResponse(content: .text, body: Array("alive\n".utf8))
  }

  /// `GET /readyz`: the node can store: its database answers and its disk has room.
  func ready() -> NodeResponse {
    if let problem {
      return NodeResponse(
        status: 503, content: .text, retryAfterSeconds: 60,
        body: Array("not ready: \(problem)\n".utf8))
    }
    return NodeResponse(content: .text, body: Array("ready\n".utf8))
  }

  private var problem: String? {
    let (isStopping, used) = withState { ($0.isStopping, $0.usedBytes) }
    if isStopping { return "draining" }
    if used >= capacityBytes { return "the size is used up" }
    guard let free = try? freeBytes() else { return "the disk does not answer" }
    if free < limits.diskFreeBytesMin { return "the disk is nearly full" }
    guard (try? store.usedBytes()) != nil else { return "the database does not answer" }
    return nil
  }
}
