/// What the host decides about a node: `node.toml` in its data folder (docs/spec/node.md section
/// 2).
public struct NodeConfiguration: Sendable, Hashable {
  /// Bytes that all tenants together may use.
  public var sizeBytes: Int64
  /// The address and port to listen on.
  public var listen: ListenAddress
  /// The URLs that clients are told; `https://` and the listening address when empty.
  public var urls: [String]
  /// Where the node stands, for placement.
  public var region: String?
  /// Who runs it, for placement.
  public var operatorName: String?
  /// Bounds of the HTTP shell.
  public var server: ServerLimits

  /// A configuration.
  public init(
    sizeBytes: Int64, listen: ListenAddress, urls: [String] = [], region: String? = nil,
    operatorName: String? = nil, server: ServerLimits = ServerLimits()
  ) {
    self.sizeBytes = sizeBytes
    self.listen = listen
    self.urls = urls
    self.region = region
    self.operatorName = operatorName
    self.server = server
  }
}
