public import ArgumentParser
public import StorageNode

/// A size on the command line: `500MB`, `10GiB`.
struct SizeArgument: ExpressibleByArgument {
  let bytes: Int64

  init?(argument: String) {
    guard let bytes = ByteSize.parse(argument), bytes > 0 else { return nil }
    self.bytes = bytes
  }
}

extension ListenAddress: ExpressibleByArgument {
  /// Reads `address:port`.
  public init?(argument: String) { self.init(argument) }
}
