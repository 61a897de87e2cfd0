import Testing
import VaultCrypto
import VaultEncoding
import VaultPolicy

/// The closed list of requests, their arguments, and the header.
struct RequestTests {
  private static let shard = Bytes32(words: (1, 2, 3, 4))
  private static let requests: [Request] =
    [
      .pullHead(scope: nil), .pullLog(scope: nil), .pullBlob(shard: nil), .pullBlob(shard: shard),
      .pullPolicy, .pushHead(scope: nil), .pushLog(scope: nil), .pushBlob(shard: shard), .audit,
      .repair(shard: shard), .hostStore, .hostUsage,
    ] + AdminAct.allCases.map { .admin($0) }

  private static func invocation(
    _ command: Command, _ arguments: CBORMap, issuedAt: Int64? = 1000, expiresAt: Int64? = 1300,
    hasAudience: Bool = true
  ) throws -> Invocation {
    var generator = SeededGenerator(seed: 3)
    let key = SigningKey.generate(using: &generator)
    let terms = Invocation.Terms(
      subject: key.did, audience: hasAudience ? key.did : nil, command: command,
      arguments: arguments, proofs: [], issuedAt: issuedAt, expiresAt: expiresAt)
    return try Invocation.issue(terms, by: key, using: &generator).token
  }

  @Test func `every request reads back as it was asked`() throws {
    let binding = RequestBinding(digest: Self.shard, sizeBytes: 77, hops: 0)
    for request in Self.requests {
      let invocation = try Self.invocation(
        request.command, request.arguments(binding: binding))
      let read = try RequestProfile.read(invocation, now: 1000)
      #expect(read.request == request && read.binding == binding)
    }
  }

  @Test func `arguments that the command does not have, or lacks, are refused`() throws {
    let binding = RequestBinding(digest: .zero, sizeBytes: 0, hops: 0)
    var count = 0
    for request in Self.requests {
      let pairs = request.arguments(binding: binding).pairs
      var variants = [pairs + [CBORPair(key: "more", value: .null)]]
      for index in pairs.indices {
        var wrong = pairs
        wrong[index] = CBORPair(key: pairs[index].key, value: .bytes([1]))
        variants.append(wrong)
        // Only a blob command of reading may leave its shard out.
        if request == .pullBlob(shard: Self.shard), pairs[index].key == "shard" { continue }
        var fewer = pairs
        fewer.remove(at: index)
        variants.append(fewer)
      }
      if request.scope == nil, request.command.text.hasSuffix("blob") {
        variants.append(
          pairs + [CBORPair(key: "scope", value: .bytes([UInt8](repeating: 0, count: 16)))])
      }
      for variant in variants {
        let invocation = try Self.invocation(request.command, CBORMap(variant))
        #expect(throws: UCANError(.matchError, ""), "\(request)") {
          _ = try RequestProfile.read(invocation, now: 1000)
        }
        count += 1
      }
    }
    #expect(count > 60)
  }

  @Test func `a number of hops that is not the chain's is refused`() throws {
    let request = Request.audit
    let binding = RequestBinding(digest: .zero, sizeBytes: 0, hops: 1)
    let invocation = try Self.invocation(request.command, request.arguments(binding: binding))
    #expect(throws: UCANError(.matchError, "")) {
      _ = try RequestProfile.read(invocation, now: 1000)
    }
  }

  @Test func `unknown commands are refused whatever their arguments are`() throws {
    for text in ["/vault", "/vault/pull", "/vault/push/policy", "/other", "/"] {
      let invocation = try Self.invocation(Command(text), [:])
      #expect(throws: UCANError(.invalidCommand, "")) {
        _ = try RequestProfile.read(invocation, now: 1000)
      }
    }
  }

  @Test func `a request needs an audience and a short life`() throws {
    let arguments = Request.audit.arguments(
      binding: RequestBinding(digest: .zero, sizeBytes: 0, hops: 0))
    let command = Request.audit.command
    let cases: [(Int64?, Int64?, Bool, Int64, UCANError.Code)] = [
      (1000, 1300, false, 1000, .invalidClaim), (nil, 1300, true, 1000, .invalidClaim),
      (1000, nil, true, 1000, .invalidClaim), (1000, 1301, true, 1000, .invalidClaim),
      (1000, 999, true, 1000, .invalidClaim), (1000, 1300, true, 939, .tooEarly),
    ]
    for (issuedAt, expiresAt, hasAudience, now, code) in cases {
      let invocation = try Self.invocation(
        command, arguments, issuedAt: issuedAt, expiresAt: expiresAt, hasAudience: hasAudience)
      #expect(throws: UCANError(code, "")) {
        _ = try RequestProfile.read(invocation, now: now)
      }
    }
    let good = try Self.invocation(command, arguments)
    _ = try RequestProfile.read(good, now: 940)
  }

  @Test func `a header reads back, and what is none is refused`() throws {
    let token = RequestToken(invocation: [1, 2, 3], proofs: [[4], []])
    #expect(try RequestToken(header: token.header) == token)
    #expect(token.header.hasPrefix("UCAN "))
    let tooMany = RequestToken(
      invocation: [1], proofs: [[UInt8]](repeating: [2], count: UCANLimits.chainLinksMax + 1))
    let tooLong = RequestToken(
      invocation: [UInt8](repeating: 1, count: UCANLimits.containerBytesMax), proofs: [])
    for header in [
      "", "UCAN", "Bearer abc", "UCAN !", "UCAN gA", tooMany.header, tooLong.header,
      token.header + "=",
    ] {
      #expect(throws: UCANError(.malformedToken, "")) { _ = try RequestToken(header: header) }
    }
  }

  @Test func `a limit to a folder lets the folder and its inside through, and nothing beside`()
    throws
  {
    let policy = CapabilityPolicy([try .path(below: "photos/20*6")])
    func holds(_ path: String) -> Bool { policy.holds(for: .map([("path", .text(path))])) }
    #expect(holds("photos/20*6") && holds("photos/20*6/a/b.jpg"))
    #expect(!holds("photos/2026") && !holds("photos/20*6x") && !holds("photos"))
    for path in ["", "/a", "a/", "a//b", "a/./b", "..", "a/.."] {
      #expect(throws: UCANError(.malformedToken, "")) { _ = try PolicyStatement.path(below: path) }
    }
  }

  @Test func `a limit of hops counts the delegations`() throws {
    let policy = CapabilityPolicy([try .hops(atMost: 2)])
    #expect(policy.holds(for: .map([("hops", .int(2))])))
    #expect(!policy.holds(for: .map([("hops", .int(3))])))
    #expect(!policy.holds(for: .map([] as [(String, CBORValue)])))
  }
}
