import FreeholdTestKit
import StorageNode
import Testing
import VaultEncoding
import VaultSync

@testable import Freehold

/// `check --all` reads what a node counts among its own, also where nothing is missing here.
@Suite struct ReadBackTests {
  private let world = TestWorld()

  /// A vault in step with one node, which from then on answers as `falsify` says.
  private func vault(
    meeting falsify: @escaping @Sendable (inout SyncNews) -> Void
  ) async throws -> Vault {
    let (laptop, _) = try await world.makeVault(nodes: [try world.makeNode()])
    for number in 0..<5 { try await laptop.write("a", "version \(number)") }
    _ = try await laptop.sync()
    var meddler = DirectNetwork.Meddler()
    meddler.answer = { request, answer in
      guard request.path == Endpoint.sync, var response = try? SyncResponse(decoding: answer.body),
        var news = response.news
      else { return }
      falsify(&news)
      response.content = .news(news)
      answer.body = response.bytes
    }
    world.network.meddle(meddler)
    return laptop
  }

  @Test func `an honest node hands out what it says it holds`() async throws {
    let laptop = try await vault { _ in }
    let report = try await laptop.check(.all)
    #expect(report.problems.isEmpty, "\(report.problems)")
  }

  @Test(arguments: 0..<4)
  func `a node that has lost or altered the history is named`(kind: Int) async throws {
    let laptop = try await vault { news in
      switch kind {
      case 0: news.runs = []
      case 1:
        news.runs = news.runs.map {
          FeedRun(feed: $0.feed, first: $0.first, entries: Array($0.entries.dropLast()))
        }
      case 2:
        news.runs = news.runs.map { run in
          var entries = run.entries
          entries[0][entries[0].count / 2] ^= 1
          return FeedRun(feed: run.feed, first: run.first, entries: entries)
        }
      default: news.heads = []
      }
    }
    #expect(try await laptop.check(.quick).problems.isEmpty, "its counts are what they were")
    let problems = try await laptop.check(.all).problems
    #expect(problems.count == 1, "\(problems)")
    #expect(problems.first?.code == .tampered)
    #expect(problems.first?.message.hasPrefix("node1 ") == true)
  }

  @Test func `a node that answers without end is left`() async throws {
    let laptop = try await vault { news in
      news.more = true
      news.runs = []
    }
    #expect(try await laptop.check(.all).problems.count == 1)
  }
}
