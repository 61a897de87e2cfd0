import Testing
import VaultCRDT
import VaultEncoding

@testable import Freehold

struct ConflictNameTests {
  private func mark(_ name: String) throws -> String {
    var tree = Tree()
    let batch = try tree.commit(by: Bytes32(words: (1, 2, 3, 4)), at: 1_795_356_300_000) { draft in
      let file = try draft.create(.file, in: .root, named: [1])
      try draft.setContent(file, to: [1])
    }
    _ = try #require(batch)
    let file = try #require(tree.children(of: .root).first).object
    let head = try #require(tree.contents(of: file).first)
    return String(
      decoding: ConflictName.mark(Array(name.utf8), head, label: "laptop"), as: UTF8.self)
  }

  @Test func `the ending stays at the end`() throws {
    #expect(try mark("report.odt") == "report (conflict, laptop, 2026-11-22 14.05).odt")
    #expect(try mark("README").hasPrefix("README (conflict, laptop, "))
    #expect(try mark(".profile").hasPrefix(".profile (conflict"))
  }

  @Test func `the longest name stays a name`() throws {
    let long = String(repeating: "x", count: 251) + ".txt"
    let marked = try mark(long)
    #expect(marked.utf8.count <= 255)
    #expect(marked.hasSuffix(").txt"))
  }
}
