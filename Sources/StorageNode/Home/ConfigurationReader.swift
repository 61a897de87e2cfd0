/// The state of reading `node.toml` line by line.
struct ConfigurationReader {
  /// The bounds that the file may set, with what is allowed.
  static let numberKeys: [NumberKey] = [
    NumberKey("connections", \.connections, 16...1_000_000),
    NumberKey("connections_per_address", \.connectionsPerAddress, 1...1_000_000),
    NumberKey("body_bytes", \.bodyBytes, (64 << 20)...(64 << 30)),
    NumberKey("bodies_waiting", \.bodiesWaiting, 0...1_000_000),
    NumberKey("address_requests_per_second", \.addressRequests.perSecond, 1...10_000_000),
    NumberKey("address_requests_burst", \.addressRequests.burst, 1...10_000_000),
    NumberKey("idle_seconds", \.idleSeconds, 5...3_600),
    NumberKey("threads", \.threads, 2...256),
  ]

  /// A number in the file and the bound it sets.
  struct NumberKey: Sendable {
    let name: String
    let path: any WritableKeyPath<ServerLimits, Int> & Sendable
    let allowed: ClosedRange<Int>

    init(
      _ name: String, _ path: any WritableKeyPath<ServerLimits, Int> & Sendable,
      _ allowed: ClosedRange<Int>
    ) {
      self.name = name
      self.path = path
      self.allowed = allowed
    }
  }

  private enum Value {
    case text(String)
    case number(Int)
  }

  private var seen: [String: Int] = [:]
  private var sizeBytes: Int64?
  private var listen: ListenAddress?
  private var urls: [String] = []
  private var region: String?
  private var operatorName: String?
  private var server = ServerLimits()

  mutating func read(line: Int, text: Substring) throws(ConfigurationError) {
    let trimmed = Self.trimmed(text)
    if trimmed.isEmpty || trimmed.hasPrefix("#") { return }
    guard let equals = trimmed.firstIndex(of: "=") else {
      throw ConfigurationError(line: line, problem: "neither a comment nor key = value")
    }
    let key = String(Self.trimmed(trimmed[..<equals]))
    let value = try Self.value(trimmed[trimmed.index(after: equals)...], line: line)
    if let earlier = seen[key] {
      throw ConfigurationError(line: line, problem: "\(key) is already set in line \(earlier)")
    }
    try set(key, value, line: line)
    seen[key] = line
  }

  func finish() throws(ConfigurationError) -> NodeConfiguration {
    guard let sizeBytes else { throw ConfigurationError(line: 0, problem: "size is missing") }
    guard let listen else { throw ConfigurationError(line: 0, problem: "listen is missing") }
    return NodeConfiguration(
      sizeBytes: sizeBytes, listen: listen, urls: urls, region: region,
      operatorName: operatorName, server: server)
  }

  private mutating func set(
    _ key: String, _ value: Value, line: Int
  ) throws(ConfigurationError) {
    if let number = Self.numberKeys.first(where: { $0.name == key }) {
      guard case .number(let given) = value, number.allowed.contains(given) else {
        let (low, high) = (number.allowed.lowerBound, number.allowed.upperBound)
        throw ConfigurationError(line: line, problem: "\(key) is a number from \(low) to \(high)")
      }
      server[keyPath: number.path] = given
      return
    }
    guard ["size", "listen", "url", "region", "operator"].contains(key) else {
      throw ConfigurationError(line: line, problem: "no such key: \(key)")
    }
    guard case .text(let text) = value else {
      throw ConfigurationError(line: line, problem: "\(key) is a text in \"quotes\"")
    }
    try setText(key, text, line: line)
  }

  private mutating func setText(
    _ key: String, _ text: String, line: Int
  ) throws(ConfigurationError) {
    switch key {
    case "size":
      guard let bytes = ByteSize.parse(text), bytes > 0 else {
        throw ConfigurationError(line: line, problem: "size is like \"100GiB\"")
      }
      sizeBytes = bytes
    case "listen":
      guard let address = ListenAddress(text) else {
        throw ConfigurationError(line: line, problem: "listen is like \"127.0.0.1:7400\"")
      }
      listen = address
    case "url":
      let words = text.split(separator: " ").map(String.init)
      guard !words.isEmpty, words.count <= 8, words.allSatisfy(Self.isURL) else {
        throw ConfigurationError(
          line: line, problem: "url is one to eight https:// URLs of at most 256 bytes")
      }
      urls = words
    default:
      guard Self.isLabel(text) else {
        throw ConfigurationError(line: line, problem: "\(key) is a text of 1 to 64 bytes")
      }
      if key == "region" { region = text } else { operatorName = text }
    }
  }

  /// True for an address that a record may carry.
  static func isURL(_ text: String) -> Bool {
    text.utf8.count <= 256 && text.hasPrefix("https://") && text.utf8.count > 8
      && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
  }

  /// True for a region or an operator's name.
  static func isLabel(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64 && text.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
  }

  private static func value(_ text: Substring, line: Int) throws(ConfigurationError) -> Value {
    var rest = trimmed(text)
    if rest.first == "\"" {
      rest = rest.dropFirst()
      var result = ""
      while let character = rest.popFirst() {
        if character == "\"" {
          let tail = trimmed(rest)
          guard tail.isEmpty || tail.hasPrefix("#") else { break }
          return .text(result)
        }
        guard character == "\\" else {
          result.append(character)
          continue
        }
        guard let escaped = rest.popFirst(), escaped == "\"" || escaped == "\\" else { break }
        result.append(escaped)
      }
      throw ConfigurationError(line: line, problem: "the text does not end with its quote")
    }
    let word = trimmed(rest.prefix { $0 != "#" })
    guard !word.isEmpty, word.utf8.count <= 18,
      word.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 || $0 == 95 }),
      let number = Int(word.filter { $0 != "_" })
    else { throw ConfigurationError(line: line, problem: "neither a number nor a \"text\"") }
    return .number(number)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return text
  }
}
