import Testing

@testable import StorageNode

@Suite struct ConfigurationTests {
  @Test func `a configuration is read back as it was written`() throws {
    let configuration = NodeConfiguration(
      sizeBytes: 10 << 30, listen: ListenAddress(host: "::1", port: 7_400),
      urls: ["https://a.example:1", "https://b.example"], region: #"no"rth\"#, operatorName: "Ä")
    let bytes = ConfigurationFile.encode(configuration)
    #expect(try ConfigurationFile.decode(bytes) == configuration)
  }

  @Test func `every key can be set`() throws {
    let numbers = ConfigurationReader.numberKeys.map { "\($0.name) = \($0.allowed.upperBound)" }
    let lines = ["size = \"1 GiB\" # of the disk", "listen = \"h:1\""] + numbers
    let text = lines.joined(separator: "\r\n")
    let configuration = try ConfigurationFile.decode(Array(text.utf8))
    #expect(configuration.sizeBytes == 1 << 30)
    for key in ConfigurationReader.numberKeys {
      #expect(configuration.server[keyPath: key.path] == key.allowed.upperBound)
    }
  }

  @Test(arguments: [
    "sise = \"1GiB\"", "size", "size = ", "size = 1GiB", "size = \"1GiB", "size = \"1GiB\" x",
    "size = \"0\"", "size = \"-1\"", "size = \"1e9\"", "size = \"99999999TiB\"", "size = \"1 XiB\"",
    "size = \"1.\"", "size = \"1GiB\"\nsize = \"2GiB\"", "listen = \"7400\"", "listen = \"h:\"",
    "listen = \"h:65536\"", "listen = \"a:b:1\"", "listen = \":1\"", "url = \"http://x\"",
    "url = \"\"", "url = \"https://\"", "region = \"\"", "region = 5", "connections = \"5\"",
    "connections = 0", "connections = 9999999999999999999", "threads = 1", "= 1", "[table]",
    "idle_seconds = 1.5", "operator = \"a\\qb\"", "body_bytes = 1",
  ])
  func `a wrong line is named by its number`(line: String) throws {
    let text = "# one\n\(line)\n"
    let count = line.split(separator: "\n").count
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationFile.decode(Array(text.utf8))
    }
    #expect(error?.line == 1 + count)
  }

  @Test func `what is missing is said`() throws {
    for text in ["", "size = \"1GiB\"", "listen = \"h:1\""] {
      let error = #expect(throws: ConfigurationError.self) {
        try ConfigurationFile.decode(Array(text.utf8))
      }
      #expect(error?.problem.contains("missing") == true)
    }
    #expect(throws: ConfigurationError.self) { try ConfigurationFile.decode([0xFF]) }
  }

  @Test func `sizes are read and written as people do`() {
    let sizes: [(String, Int64?)] = [
      ("0", 0), ("1", 1), ("10GiB", 10 << 30), ("1.5 MiB", 3 << 19), ("2kb", 2_000),
      ("60MiB", 62_914_560), ("", nil), ("GiB", nil), ("1.2.3", nil), ("1 1", 11), ("٣", nil),
    ]
    for (text, bytes) in sizes { #expect(ByteSize.parse(text) == bytes, "\(text)") }
    #expect(ByteSize.text(0) == "0 B")
    #expect(ByteSize.text(1_536) == "1.5 KiB")
    #expect(ByteSize.text(10 << 30) == "10 GiB")
  }
}
