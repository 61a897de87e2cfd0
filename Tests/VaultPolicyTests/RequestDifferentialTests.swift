import Foundation
import Testing
import VaultCrypto
import VaultEncoding
import VaultSync

@testable import StorageNode
@testable import VaultPolicy

/// The node, a device and a slow program written from the text decide alike, whatever is asked.
struct RequestDifferentialTests {
  /// How many requests; a million is for an afternoon: FREEHOLD_MUTATED_REQUESTS=1000000.
  private static let count =
    ProcessInfo.processInfo.environment["FREEHOLD_MUTATED_REQUESTS"].flatMap { Int($0) } ?? 1_000

  @Test func `node, device and the reference decide alike over mutated requests`() throws {
    var generator = SeededGenerator.forTest()
    var tally: [String: Int] = [:]
    var left = Self.count
    while left > 0 {
      let round = min(left, 1_000)
      left -= round
      try compare(round, &tally, using: &generator)
    }
    print(tally.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    // Everything that can be decided was decided, and not only refusals.
    for code in UCANError.Code.allCases where code != .replay {
      #expect(tally[code.rawValue] ?? 0 > 0, "nothing was refused as \(code.rawValue)")
    }
    #expect(tally["mismatch"] ?? 0 > 0)
    #expect((tally["allowed"] ?? 0) * 16 > Self.count, "too little is allowed: \(tally)")
  }

  /// One vault at three moments of its life, and so many requests.
  private func compare(
    _ count: Int, _ tally: inout [String: Int], using generator: inout SeededGenerator
  ) throws {
    var vault = try RandomVault(using: &generator)
    try vault.grow(by: 50)
    let node = SigningKey.generate(using: &generator).did
    var mutator = try RequestMutator(vault, node: node, using: &generator)
    var moments: [Moment] = []
    for share in [2, 3, 4] {
      let entries = vault.entries.prefix(vault.entries.count * share / 4).map(\.bytes)
      moments.append(try Moment(vault, Array(entries), node: node, using: &generator))
    }
    for _ in 0..<count {
      let request = try mutator.next()
      // Mostly at the last: what is asked for was granted at one of them.
      let moment = min(2, Int(generator.next() % 5))
      let expected = moments[moment].byReference(request, vault.scopes)
      let device = moments[moment].byDevice(request, vault.scopes)
      let atNode = moments[moment].byNode(request, vault.scopes)
      tally[expected.code ?? "allowed", default: 0] += 1
      guard !request.isBroken || expected.code == nil else {
        #expect(device.code != nil && atNode.code != nil, "\(request)")
        continue
      }
      #expect(device == expected, "\(request.changes)")
      #expect(atNode.code == Self.said(expected.code), "\(request.changes)")
      if case .allow = expected { #expect(atNode == expected, "\(request.changes)") }
    }
  }

  /// What a node says for a refusal (docs/spec/sync.md section 6): some codes become one.
  private static func said(_ code: String?) -> String? {
    switch code {
    case nil, "mismatch": code
    case "InvalidSubject", "InvalidCommand", "MatchError", "Revoked": "refused"
    case .some(let code): "unauthorized: \(code)"
    }
  }

  /// The three who decide, each with the same entries in its own way.
  private struct Moment {
    let reference: ReferenceRequests
    let judge: VaultJudge
    var log: PolicyLog
    var authorizer: Authorizer

    init(
      _ vault: RandomVault, _ entries: [[UInt8]], node: DID, using generator: inout SeededGenerator
    ) throws {
      reference = ReferenceRequests(
        log: try ReferenceLog(vault: vault.genesis.vault, entries), me: node)
      // The node hears of them one by one, as they are pushed.
      var judge = try VaultJudge(genesis: vault.genesis.bytes)
      for entry in entries { _ = try judge.add([entry]) }
      self.judge = judge
      // The device in any order.
      log = PolicyLog(genesis: vault.genesis)
      for entry in entries.shuffled(using: &generator) { _ = try log.add(entry) }
      authorizer = Authorizer(me: node)
    }

    func byReference(
      _ request: MutatedRequest, _ scopes: [ScopeID]
    ) -> ReferenceRequests.Verdict {
      reference.decide(
        request.invocation, proofs: request.proofs, body: request.body, now: request.now,
        scopes: scopes)
    }

    mutating func byDevice(
      _ request: MutatedRequest, _ scopes: [ScopeID]
    ) -> ReferenceRequests.Verdict {
      let decision = authorizer.decide(
        request.invocation, proofs: request.proofs, state: log.state,
        now: Timestamp(milliseconds: request.now * 1_000))
      guard let allowance = decision.allowance else {
        return .refuse(decision.refusal?.code.rawValue ?? "nothing")
      }
      guard allowance.binding.digest == Hash.sha256(request.body),
        allowance.binding.sizeBytes == UInt64(request.body.count)
      else { return .refuse("mismatch") }
      let asked = allowance.request.scope
      return .allow(
        Set(scopes.filter { (asked ?? $0) == $0 && allowance.allows(scope: $0) }))
    }

    func byNode(_ request: MutatedRequest, _ scopes: [ScopeID]) -> ReferenceRequests.Verdict {
      do {
        let caller = try judge.authorise(
          RequestToken(invocation: request.invocation, proofs: request.proofs), wanted: nil,
          body: .whole(request.body), at: Timestamp(milliseconds: request.now * 1_000),
          by: authorizer.me)
        return .allow(Set(scopes.filter { caller.reaches($0) }))
      } catch let refusal as NodeRefusal {
        guard refusal.code == .unauthorized else { return .refuse(refusal.code.rawValue) }
        return .refuse("unauthorized: \(refusal.message.prefix { $0 != ":" })")
      } catch {
        return .refuse("\(error)")
      }
    }
  }
}
