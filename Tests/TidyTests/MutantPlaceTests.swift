import Foundation
import Testing

/// The planted bugs of `Tests/Mutants` keep their places, so that the list does not rot between two
/// runs of `make mutants`.
@Suite struct MutantPlaceTests {
  private struct Mutant: Decodable, CustomTestStringConvertible {
    let name: String
    let file: String
    let original: String
    let mutated: String
    let `in`: String?
    let tests: String?
    var testDescription: String { name }
  }

  @Test func `each planted bug has one place in the sources`() throws {
    let tree = try SourceTree()
    let mutants = try mutants(tree)
    #expect(mutants.count > 70)
    // A bug that is guarded against twice has two places; the second names no tests.
    let names = mutants.filter { $0.tests != nil }.map(\.name)
    #expect(Set(names).count == names.count, "each has a name of its own")
    // One after the other into one copy, as the run plants them.
    var planted: [String: String] = [:]
    for mutant in mutants {
      let place = mutant.in ?? mutant.original
      let text = try planted[mutant.file] ?? tree.text(mutant.file)
      let count = text.components(separatedBy: place).count - 1
      #expect(count == 1, "\(mutant.name): \(mutant.file) has its place \(count) times")
      let switched = place.replacingOccurrences(
        of: mutant.original, with: "\(mutant.name) ? \(mutant.mutated) : \(mutant.original)")
      planted[mutant.file] = text.replacingOccurrences(of: place, with: switched)
      let inside = place.components(separatedBy: mutant.original).count - 1
      #expect(inside == 1, "\(mutant.name): its place has the original \(inside) times")
    }
  }

  @Test func `each planted bug names tests that are there`() throws {
    let tree = try SourceTree()
    let code = tree.tests.flatMap(\.lines).joined(separator: "\n")
    for mutant in try mutants(tree) {
      for name in mutant.tests?.split(separator: "|") ?? [] {
        // A target before the suite is no part of the suite's name.
        let own = name.split(separator: ".").last.map(String.init) ?? ""
        let isThere = code.contains(own)
        #expect(isThere, "\(mutant.name): no test is called \(own)")
      }
    }
  }

  private func mutants(_ tree: SourceTree) throws -> [Mutant] {
    let text = try tree.text("Tests/Mutants/mutants.json")
    return try JSONDecoder().decode([Mutant].self, from: Data(text.utf8))
  }
}
