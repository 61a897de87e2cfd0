import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Synchronization
import VaultEncoding

/// Answers one HTTP request after the other: refuses what is over a bound before reading it, reads
/// the body within its bound and its time, and hands the rest to the `NodeService`.
final class RequestResponder: Sendable {
  /// Ends a connection whose body was refused unread.
  struct ConnectionEnds: Error {}

  /// Bodies above this are read only after their invocation was found in order.
  static let bodyBytesUnasked = 64 << 10

  let service: NodeService
  private let answer: @Sendable (NodeRequest) -> NodeResponse
  private let gate: ConnectionGate
  let limits: ServerLimits
  private let logger: Logger
  let readers: NIOThreadPool
  private let writers: NIOThreadPool
  private let budget: BodyBudget
  private let addresses: Mutex<TokenBuckets<String>>
  private let strangers: Mutex<TokenBuckets<String>>
  private let requests = Mutex<UInt64>(0)

  init(
    service: NodeService, answer: @escaping @Sendable (NodeRequest) -> NodeResponse,
    gate: ConnectionGate, limits: ServerLimits, logger: Logger,
    readers: NIOThreadPool, writers: NIOThreadPool
  ) {
    self.service = service
    self.answer = answer
    self.gate = gate
    self.limits = limits
    self.logger = logger
    self.readers = readers
    self.writers = writers
    budget = BodyBudget(bytes: limits.bodyBytes, waitingMax: limits.bodiesWaiting)
    addresses = Mutex(TokenBuckets(rate: limits.addressRequests, keysMax: 100_000))
    strangers = Mutex(TokenBuckets(rate: ServerLimits.strangerRequests, keysMax: 100_000))
  }

  func respond(
    to request: Request, _ writer: consuming ResponseWriter, on channel: any Channel
  ) async throws {
    let started = NIODeadline.now()
    let parsed = parse(request, from: channel)
    guard case .success(let exchange) = parsed else {
      guard case .failure(let refusal) = parsed else { return }
      return try await refuse(refusal, request, writer, on: channel, since: started)
    }
    guard await budget.reserve(exchange.reservedBytes) else {
      let refusal = NodeRefusal.slowDown(afterSeconds: 2, "too many bodies wait for memory")
      return try await refuse(refusal, request, writer, on: channel, since: started)
    }
    var reserved = exchange.reservedBytes
    defer { budget.release(reserved) }
    if exchange.bodyBytesMax > Self.bodyBytesUnasked {
      let bare = exchange.request
      if let refusal = try await readers.runIfActive({ [service] in
        service.refusal(beforeBodyOf: bare)
      }) {
        return try await refuse(refusal, request, writer, on: channel, since: started)
      }
    }
    var asked = exchange.request
    do {
      asked.body = try await read(request.body, exchange, on: channel)
    } catch let refusal as NodeRefusal {
      // The body's stream is spent up to here: answer, and end the connection.
      let answer = service.response(to: refusal)
      log(exchange.route, answer, since: started)
      try await write(answer, writer, on: channel, ending: true)
      throw ConnectionEnds()
    }
    if exchange.route == .wait {
      budget.release(reserved)
      reserved = 0
    }
    let response = try await answer(asked, route: exchange.route, on: channel)
    // Most answers are far smaller than the largest: let others begin while this one is sent.
    let spare = reserved - max(asked.body.count, response.body.count)  // below 0 after a wait
    if spare > 0 {
      budget.release(spare)
      reserved -= spare
    }
    log(exchange.route, response, since: started)
    try await write(response, writer, on: channel, ending: false)
  }

  private func answer(
    _ request: NodeRequest, route: NodeRoute, on channel: any Channel
  ) async throws -> NodeResponse {
    switch route {
    case .wait: try await wait(request, on: channel)
    case .alive, .record: answer(request)
    case .mailbox where route.isStrangers: answer(request)
    case .push, .putShard, .putPiece, .enroll:
      try await writers.runIfActive { [answer] in answer(request) }
    case .sync, .getShard, .have, .policy, .mailbox, .ready:
      try await readers.runIfActive { [answer] in answer(request) }
    }
  }

  // MARK: Before the body

  /// What is known of a request before its body is read.
  private struct Exchange: Sendable {
    let request: NodeRequest
    let route: NodeRoute
    let declaredBytes: Int?
    let bodyBytesMax: Int
    let reservedBytes: Int
  }

  private func parse(_ request: Request, from channel: any Channel) -> Result<Exchange, NodeRefusal>
  {
    if gate.refuses(channel) {
      return .failure(.slowDown(afterSeconds: 5, "too many connections"))
    }
    let address = channel.remoteAddress?.ipAddress ?? ""
    let now = Int64(clamping: NIODeadline.now().uptimeNanoseconds / 1_000_000)
    if let wait = addresses.withLock({ $0.take(for: address, atMilliseconds: now) }) {
      return .failure(.slowDown(afterSeconds: wait, "too many requests from this address"))
    }
    let path = request.head.path ?? ""
    guard path.utf8.count <= ServerLimits.pathBytesMax else {
      return .failure(.malformed("the path is above \(ServerLimits.pathBytesMax) bytes"))
    }
    guard let method = NodeRequest.Method(rawValue: request.method.rawValue),
      let route = NodeRoute(method, path)
    else { return .failure(.absent("no such request: see sync.md section 5")) }
    if route.isStrangers,
      let wait = strangers.withLock({ $0.take(for: address, atMilliseconds: now) })
    {
      return .failure(.slowDown(afterSeconds: wait, "too many ask for mailboxes from there"))
    }
    let bodyBytesMax = route.bodyBytesMax
    var declared: Int?
    if let header = request.headers[.contentLength] {
      guard header.utf8.count <= 15, let bytes = Int(header), bytes >= 0 else {
        return .failure(.malformed("the Content-Length is no length"))
      }
      guard bytes <= bodyBytesMax else {
        return .failure(.tooLarge("a body here has at most \(bodyBytesMax) bytes"))
      }
      declared = bytes
    } else if request.headers[.transferEncoding] == nil {
      declared = 0
    }
    return .success(
      Exchange(
        request: NodeRequest(
          method: method, path: path, authorization: request.headers[.authorization],
          range: request.headers[.range]),
        route: route, declaredBytes: declared, bodyBytesMax: declared ?? bodyBytesMax,
        reservedBytes: max(declared ?? bodyBytesMax, route.answerBytesMax)))
  }

  // MARK: The body

  private func read(
    _ body: RequestBody, _ exchange: Exchange, on channel: any Channel
  ) async throws -> [UInt8] {
    let deadline = closing(channel, afterBytes: exchange.bodyBytesMax)
    defer { deadline.cancel() }
    var bytes: [UInt8] = []
    if let declared = exchange.declaredBytes { bytes.reserveCapacity(declared) }
    for try await part in body {
      guard part.readableBytes <= exchange.bodyBytesMax - bytes.count else {
        throw NodeRefusal.tooLarge("a body here has at most \(exchange.bodyBytesMax) bytes")
      }
      bytes.append(contentsOf: part.readableBytesView)
    }
    return bytes
  }

  /// Closes the connection when so many bytes take longer than the slowest rate allows.
  private func closing(_ channel: any Channel, afterBytes bytes: Int) -> Scheduled<Void> {
    let seconds = ServerLimits.bodySeconds + bytes / ServerLimits.bodyBytesPerSecondMin
    return channel.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
      channel.close(promise: nil)
    }
  }

  // MARK: The answer

  private func refuse(
    _ refusal: NodeRefusal, _ request: Request, _ writer: consuming ResponseWriter,
    on channel: any Channel, since started: NIODeadline
  ) async throws {
    let response = service.response(to: refusal)
    log(nil, response, since: started)
    let hasBody =
      request.headers[.transferEncoding] != nil
      || request.headers[.contentLength].map { $0 != "0" } ?? false
    let ends = hasBody || gate.refuses(channel)
    try await write(response, writer, on: channel, ending: ends)
    guard ends else { return }
    // A sender that sees a closed connection before the answer loses the answer: read a little.
    let deadline = closing(channel, afterBytes: 0)
    defer { deadline.cancel() }
    var drained = 0
    for try await part in request.body {
      drained += part.readableBytes
      if drained > ServerLimits.drainBytesMax { break }
    }
    throw ConnectionEnds()
  }

  private func write(
    _ response: NodeResponse, _ writer: consuming ResponseWriter, on channel: any Channel,
    ending: Bool
  ) async throws {
    var fields = HTTPFields()
    fields[.contentType] = response.content.rawValue
    fields[.contentLength] = String(response.body.count)
    fields[.date] = HTTPDate.text(service.now)
    if let range = response.contentRange { fields[.contentRange] = range }
    if let seconds = response.retryAfterSeconds { fields[.retryAfter] = String(seconds) }
    if ending { fields[.connection] = "close" }
    let head = HTTPResponse(
      status: .init(code: response.status, reasonPhrase: ""), headerFields: fields)
    let deadline = closing(channel, afterBytes: response.body.count)
    defer { deadline.cancel() }
    let body = response.body
    guard body.count > ServerLimits.writeBytes else {
      let buffer = channel.allocator.buffer(bytes: body)
      return try await writer.write(response: head, body: ResponseBody(byteBuffer: buffer))
    }
    let allocator = channel.allocator
    let parts = ResponseBody(contentLength: body.count) { bodyWriter in
      var offset = 0
      while offset < body.count {
        let end = min(body.count, offset + ServerLimits.writeBytes)
        try await bodyWriter.write(allocator.buffer(bytes: body[offset..<end]))
        offset = end
      }
      try await bodyWriter.finish(nil)
    }
    try await writer.write(response: head, body: parts)
  }

  /// One line a request: no address, no vault, no shard (docs/spec/node.md section 5).
  private func log(_ route: NodeRoute?, _ response: NodeResponse, since started: NIODeadline) {
    let id = requests.withLock { count in
      count &+= 1
      return count
    }
    let level: Logger.Level = response.status >= 500 ? .warning : .debug
    logger.log(
      level: level, "request",
      metadata: [
        "request": "\(String(id, radix: 36))", "verb": "\(route?.verb ?? "refused")",
        "status": "\(response.status)", "bytes": "\(response.body.count)",
        "milliseconds": "\((NIODeadline.now() - started).nanoseconds / 1_000_000)",
      ])
  }
}
