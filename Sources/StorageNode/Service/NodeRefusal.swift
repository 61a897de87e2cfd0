import VaultSync

/// Why a node did not do what it was asked: sync.md section 6, before the clock is added.
struct NodeRefusal: Error, Equatable {
  let code: Refusal.Code
  let message: String
  var retryAfterSeconds: Int?
  var contentRange: String?
  /// Delegations that hold in place of those that were shown.
  var chain: [[UInt8]] = []

  private init(_ code: Refusal.Code, _ message: String) {
    self.code = code
    // Bodies of refusals are bounded where they are read (Refusal.init(decoding:)).
    self.message = String(message.prefix(1_000))
  }

  static func malformed(_ message: String) -> NodeRefusal { NodeRefusal(.malformed, message) }
  static func unauthorized(_ message: String) -> NodeRefusal { NodeRefusal(.unauthorized, message) }
  static func refused(_ message: String) -> NodeRefusal { NodeRefusal(.refused, message) }
  static func absent(_ message: String) -> NodeRefusal { NodeRefusal(.absent, message) }
  static func gap(_ message: String) -> NodeRefusal { NodeRefusal(.gap, message) }
  static func tooLarge(_ message: String) -> NodeRefusal { NodeRefusal(.tooLarge, message) }
  static func mismatch(_ message: String) -> NodeRefusal { NodeRefusal(.mismatch, message) }
  static func quota(_ message: String) -> NodeRefusal { NodeRefusal(.quota, message) }

  static func range(size: Int) -> NodeRefusal {
    var refusal = NodeRefusal(.range, "the shard has \(size) bytes; ask as bytes=first-last")
    refusal.contentRange = "bytes */\(size)"
    return refusal
  }

  static func slowDown(afterSeconds seconds: Int, _ message: String) -> NodeRefusal {
    var refusal = NodeRefusal(.slowDown, message)
    refusal.retryAfterSeconds = seconds
    return refusal
  }

  static func stopping(_ message: String) -> NodeRefusal {
    var refusal = NodeRefusal(.stopping, message)
    refusal.retryAfterSeconds = 60
    return refusal
  }

  /// A message that does not decode; what is above a limit says so.
  init(_ error: MessageError, in what: String) {
    switch error {
    case .encoding(let problem), .keys(let problem), .field(let problem), .limit(let problem):
      self.init(.malformed, "\(what): \(problem)")
    }
  }
}
