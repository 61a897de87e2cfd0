import Testing
import VaultEncoding

@testable import VaultPolicy

/// The written scenarios of the rules, on abstract names.
struct RankedCutoffsScenarioTests {
  typealias Rules = RankedCutoffs<String, String>

  @Test func `every scenario ends as its file says, in every order tried`() throws {
    let cases = try Fixture.cases("policy-log/scenarios.json")
    var generator = SeededGenerator.forTest()
    for scenario in cases {
      let name = try scenario.text("name")
      let entries = try scenario.list("entries").map(Self.entry)
      let expected = try #require(scenario["expect"])
      for _ in 0..<20 {
        let rules = Self.rules(entries.shuffled(using: &generator))
        let verdict = rules.evaluate()
        #expect(
          Self.live(rules, verdict) == (try Self.names(expected, "live_grants")), "\(name)")
        #expect(
          Self.revocations(rules, verdict)
            == (try Self.names(expected, "effective_revocations")), "\(name)")
        #expect(
          Self.forked(rules, verdict) == (try Self.names(expected, "equivocators")), "\(name)")
      }
    }
    #expect(cases.count == 20)
  }

  /// Adds entries as they come, letting those wait that need others.
  private static func rules(_ entries: [Rules.Entry]) -> Rules {
    var rules = Rules()
    var queue = DependencyQueue<String, Rules.Entry>(countMax: 100, bytesMax: 10_000)
    for entry in entries {
      let missing = needs(of: entry).filter { !rules.contains($0) }
      guard missing.isEmpty else {
        queue.hold(entry, id: entry.id, bytes: 1, missing: Set(missing))
        continue
      }
      var ready = [entry]
      while let next = ready.popLast() {
        guard (try? rules.add(next)) != nil else { continue }
        ready.append(contentsOf: queue.arrived(next.id))
      }
    }
    return rules
  }

  private static func needs(of entry: Rules.Entry) -> [String] {
    var needs = entry.dependencies
    if let previous = entry.previous { needs.append(previous) }
    if case .grant(let id) = entry.actor { needs.append(id) }
    return needs
  }

  private static func entry(_ value: CBORValue) throws -> Rules.Entry {
    let actor = try value.text("actor")
    return Rules.Entry(
      id: try value.text("id"), actor: actor == "root" ? .root : .grant(actor),
      sequence: UInt64(try value.int("seq")), previous: value["prev"]?.asText,
      dependencies: try value.list("deps").compactMap(\.asText), act: try act(value))
  }

  private static func act(_ value: CBORValue) throws -> Rules.Act {
    if try value.text("type") == "grant" {
      return .grant(to: try value.text("to"), rank: value["rank"]?.asUInt)
    }
    var keep: [String: String] = [:]
    for pair in try #require(value["keep"]?.asMap) { keep[pair.key] = pair.value.asText }
    return .revoke(
      target: value["target"]?.asText, principal: value["principal"]?.asText, keep: keep)
  }

  private static func names(_ value: CBORValue, _ key: String) throws -> Set<String> {
    Set(try value.list(key).compactMap(\.asText))
  }

  private static func live(_ rules: Rules, _ verdict: Rules.Verdict) -> Set<String> {
    Set(rules.grants.filter { verdict.isLive[$0] }.map { rules.entries[$0].id })
  }

  private static func revocations(_ rules: Rules, _ verdict: Rules.Verdict) -> Set<String> {
    Set(
      rules.entries.indices.filter { position in
        guard case .revoke = rules.entries[position].act else { return false }
        return verdict.isEffective[position]
      }.map { rules.entries[$0].id })
  }

  private static func forked(_ rules: Rules, _ verdict: Rules.Verdict) -> Set<String> {
    Set(verdict.forked.keys.map { $0 == Rules.root ? "root" : rules.entries[$0].id })
  }
}
