import VaultEncoding
import VaultEnvironment
import VaultPolicy

/// What applying a policy text would change.
public struct PolicyChange: Sendable {
  /// What would be granted.
  public let granted: [PolicyText.Rule]
  /// What would be taken away.
  public let revoked: [PolicyText.Rule]
  /// Whether the text says what is so.
  public var isEmpty: Bool { granted.isEmpty && revoked.isEmpty }
}

extension Vault {
  /// The policy as text.
  public func policyText() async throws -> PolicyText {
    let grants = try await grants()
    var comments = ["the vault \(name), \(did.text)"]
    comments += try devices().filter(\.isActive).map { "\($0.name) manages, rank \($0.rank)" }
    comments += nodeBook.values.map(\.name).sorted().map { "\($0) holds" }
    if let seconds = policyAgeSecondsMax {
      let age = TimeExpression.durationText(milliseconds: Int64(clamping: seconds) * 1_000)
      comments.append("nodes serve managers only when none of them was there for \(age)")
    }
    var rules: [PolicyText.Rule] = []
    let known = Set(contacts().map(\.name))
    for grant in grants {
      guard let path = grant.path, known.contains(grant.name) else {
        comments.append(
          "cannot be put in words: \(grant.name) may \(grant.right.rawValue) something")
        continue
      }
      guard !grant.isOver else { continue }
      rules.append(PolicyText.Rule(name: grant.name, path: path, terms: grant.terms))
    }
    return PolicyText(rules, comments: comments)
  }

  /// What applying a text would change; changes nothing.
  ///
  /// Throws `noSuchVault` for a contact or a folder that is not known.
  public func planPolicy(_ text: PolicyText) async throws -> PolicyChange {
    let present = Set(try await policyText().rules)
    let wanted = Set(text.rules)
    let granted = wanted.subtracting(present).sorted { $0.line < $1.line }
    for rule in granted { _ = try await planGrant(rule.terms, to: rule.name, at: rule.path) }
    return PolicyChange(
      granted: granted, revoked: present.subtracting(wanted).sorted { $0.line < $1.line })
  }

  /// Makes the policy say what a text says: first what is taken away, then what is given.
  public func apply(_ change: PolicyChange) async throws -> PolicyCoverage {
    for rule in change.revoked {
      let plan = try await planRevocation(ofAccess: rule.name, to: rule.path)
      _ = try await revoke(plan)
    }
    for rule in change.granted {
      _ = try await grant(try await planGrant(rule.terms, to: rule.name, at: rule.path))
    }
    return try await announcePolicy()
  }
}

extension GivenAccess {
  /// The terms that it was given under.
  var terms: AccessTerms {
    var terms = AccessTerms(right)
    terms.until = until
    terms.only = only
    terms.removes = removes
    terms.hops = hops
    return terms
  }
}
