public import StorageNode
import VaultEncoding
import VaultPolicy
import VaultSync

/// Stands before a node's service and lies in one way, now and then or always.
///
/// It has what a dishonest host has: everything that the node has, and no key of the vault.
public final class EvilNode {
  /// A way to lie.
  public enum Lie: String, Sendable, Hashable, CaseIterable {
    /// One bit of what is read from a shard is another one.
    case flipsShards
    /// What is read from a shard is too short.
    case truncatesShards
    /// The bytes of one shard are given for another.
    case swapsShards
    /// Shards are acknowledged and thrown away.
    case dropsShards
    /// Entries are named and not handed out.
    case withholdsEntries
    /// Entries are altered.
    case forgesEntries
    /// Heads are altered.
    case forgesHeads
    /// Policy entries are altered.
    case forgesPolicy
    /// An old state is shown, as after going back to a backup.
    case rollsBack
    /// Nothing is new, whatever there is.
    case saysSame
    /// Checkpoints are named by nobody.
    case withholdsCheckpoints
    /// Checkpoints are altered, or old ones are shown for the newest.
    case forgesCheckpoints
    /// Everything is sent twice.
    case duplicates
    /// One device sees everything, and all others a history in which the others stood still.
    case forks
    /// Entries of one device are given as another's.
    case impersonates

    /// Whether it is told in shards that are read.
    public var isAboutShards: Bool {
      switch self {
      case .flipsShards, .truncatesShards, .swapsShards, .dropsShards: true
      default: false
      }
    }

    /// Whether it is told to newcomers about the state that they begin with.
    public var isAboutCheckpoints: Bool {
      self == .withholdsCheckpoints || self == .forgesCheckpoints
    }
  }

  /// How it lies.
  public let lie: Lie
  /// In how many of a thousand answers.
  public let likelihood: Int
  /// How often it has lied.
  public private(set) var lieCount = 0
  private var generator: SeededGenerator
  /// What was stored through it: the newest few.
  private var shards: [(path: String, bytes: [UInt8])] = []
  private var oldest: [ScopeID: [DID: StateParts.FeedMark]]?
  /// The device that sees everything.
  private var favourite: DID?

  /// A node that tells one lie in so many of a thousand answers that allow for it.
  public init(_ lie: Lie, likelihood: Int = 1_000, seed: UInt64) {
    self.lie = lie
    self.likelihood = likelihood
    generator = SeededGenerator(seed: seed)
  }

  /// The service's answer, or a lie in its place.
  public func answer(_ request: NodeRequest, from service: NodeService) -> NodeResponse {
    let honest = service.answer(request)
    noteShard(request)
    guard (200..<300).contains(honest.status), generator.number(in: 0...999) < likelihood else {
      noteOldest(honest, request)
      return honest
    }
    let answer = falsified(honest, request)
    if answer != honest { lieCount += 1 }
    return answer
  }

  private func falsified(_ honest: NodeResponse, _ request: NodeRequest) -> NodeResponse {
    if request.method == .get, request.path.hasPrefix(Endpoint.shardPrefix) {
      return falsifiedShard(honest, of: request.path)
    }
    guard request.path == Endpoint.sync, var response = try? SyncResponse(decoding: honest.body)
    else { return honest }
    falsify(&response, request)
    var answer = honest
    answer.body = response.bytes
    return answer
  }

  private func falsifiedShard(_ honest: NodeResponse, of path: String) -> NodeResponse {
    var answer = honest
    switch lie {
    case .flipsShards where !answer.body.isEmpty:
      let bit = generator.number(in: 0...(answer.body.count * 8 - 1))
      answer.body[bit / 8] ^= 1 << UInt8(bit % 8)
    case .truncatesShards where !answer.body.isEmpty:
      answer.body.removeLast(generator.number(in: 1...answer.body.count))
    case .swapsShards:
      let others = shards.filter { $0.path != path && !$0.bytes.isEmpty }
      guard !others.isEmpty else { break }
      let other = others[generator.number(in: 0...(others.count - 1))].bytes
      answer.body = (0..<honest.body.count).map { other[$0 % other.count] }
    case .dropsShards:
      return NodeResponse(
        status: 404,
        body: Refusal(.absent, "no such shard", time: Timestamp(milliseconds: 0)).bytes)
    default: break
    }
    return answer
  }

  private func falsify(_ response: inout SyncResponse, _ request: NodeRequest) {
    switch lie {
    case .rollsBack: rollBack(&response, request)
    case .forks: fork(&response, request)
    case .saysSame:
      response.content = .same
      response.receipt = nil
    default:
      guard var news = response.news else { return }
      falsify(&news)
      response.content = .news(news)
    }
  }

  private func falsify(_ news: inout SyncNews) {
    switch lie {
    case .withholdsEntries: news.runs = []
    case .forgesEntries:
      news.runs = news.runs.map { run in
        FeedRun(feed: run.feed, first: run.first, entries: run.entries.map(flipped))
      }
    case .forgesHeads: news.heads = news.heads.map(flipped)
    case .forgesPolicy: news.policy = news.policy.map(flipped)
    case .withholdsCheckpoints: news.checkpoints = []
    case .forgesCheckpoints: news.checkpoints = news.checkpoints.map(flipped)
    case .duplicates:
      news.runs += news.runs
      news.heads += news.heads
      news.policy += news.policy
    case .impersonates:
      news.runs = news.runs.map { run in
        let devices = (news.shown.scopes[run.feed.scope] ?? [:]).keys.sorted()
        let other = devices.first { $0 != run.feed.device } ?? run.feed.device
        return FeedRun(
          feed: FeedKey(scope: run.feed.scope, device: other), first: run.first,
          entries: run.entries)
      }
    default: break
    }
  }

  /// Shows all but the favourite a history in which only the asking device goes on.
  private func fork(_ response: inout SyncResponse, _ request: NodeRequest) {
    guard let device = Self.device(asking: request) else { return }
    if favourite == nil { favourite = device }
    if device != favourite { rollBack(&response, request, sparing: device) }
  }

  private static func device(asking request: NodeRequest) -> DID? {
    guard let header = request.authorization, let token = try? RequestToken(header: header)
    else { return nil }
    return try? Invocation(decoding: token.invocation).issuer
  }

  private func noteShard(_ request: NodeRequest) {
    guard lie == .swapsShards, request.method == .put else { return }
    shards.append((request.path, request.body))
    if shards.count > Self.shardsMax { shards.removeFirst() }
  }

  private static let shardsMax = 16

  /// Says that every scope differs, and shows what was there long ago.
  ///
  /// The device that is spared sees its own feeds as they are.
  private func rollBack(
    _ response: inout SyncResponse, _ request: NodeRequest, sparing spared: DID? = nil
  ) {
    guard let oldest, let asked = try? SyncRequest(decoding: request.body) else {
      if case .news(let news) = response.content { oldest = news.shown.scopes }
      return
    }
    response.receipt = nil
    guard let known = asked.known else {
      var outline = StateOutline(StateSummary(feeds: [:], policy: [CID](), heads: [:]))
      outline.scopes = oldest.mapValues { _ in HashPrefix(.zero) }
      response.content = .differs(outline)
      return
    }
    var shown = known
    shown.scopes = oldest.filter { known.scopes[$0.key] != nil }
    if let spared {
      for (scope, marks) in known.scopes {
        shown.scopes[scope, default: [:]][spared] = marks[spared]
      }
    }
    response.content = .news(SyncNews(shown: shown))
  }

  private func noteOldest(_ honest: NodeResponse, _ request: NodeRequest) {
    guard lie == .rollsBack || lie == .forks, oldest == nil, request.path == Endpoint.sync,
      let news = (try? SyncResponse(decoding: honest.body))?.news
    else { return }
    oldest = news.shown.scopes
  }

  private func flipped(_ bytes: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty else { return bytes }
    var result = bytes
    let bit = generator.number(in: 0...(bytes.count * 8 - 1))
    result[bit / 8] ^= 1 << UInt8(bit % 8)
    return result
  }
}
