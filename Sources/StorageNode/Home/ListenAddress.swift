/// A host and a port to listen on: `0.0.0.0:7400`, `[::1]:7400`.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
  /// The host, without brackets.
  public let host: String
  /// The port; 0 lets the system choose.
  public let port: Int

  /// A host and a port.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `host:port` or `[address]:port`; nil when it is neither.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    let digits = text[text.index(after: colon)...]
    guard !host.isEmpty, host.utf8.count <= 253,
      host.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), !digits.isEmpty, digits.utf8.count <= 5,
      digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let port = Int(digits), port <= 65_535
    else { return nil }
    self.init(host: String(host), port: port)
  }

  /// `host:port`, with brackets around an IPv6 address.
  public var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// True when the host means every address of the machine, which no client can use.
  public var isWildcard: Bool { host == "0.0.0.0" || host == "::" || host == "*" }
}
