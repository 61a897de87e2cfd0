import Testing
import VaultCrypto
import VaultEncoding
import VaultSync

/// When a watch syncs and what it asks: events and a clock moved by hand.
struct WatchSessionTests {
  /// A session with its clock and chance.
  private struct Run {
    var session = WatchSession(at: .zero)
    var now = Duration.zero
    var generator = Seeded(state: 7)
    var actions: [WatchSession.Action] = []

    mutating func happen(_ event: WatchEvent) {
      actions += session.handle(event, at: now, using: &generator)
    }

    /// Lets time pass, stopping at each deadline.
    mutating func pass(_ duration: Duration) {
      let end = now + duration
      while let deadline = session.deadline, deadline <= end {
        now = max(now, deadline)
        let before = actions.count
        happen(.timePassed)
        if actions.count == before, session.deadline == deadline { break }
      }
      now = end
    }

    mutating func take() -> [WatchSession.Action] {
      defer { actions = [] }
      return actions
    }

    /// The reasons of the syncs since the last time.
    mutating func syncs() -> [WatchSession.Reason] {
      take().compactMap { if case .sync(let reason, _) = $0 { reason } else { nil } }
    }

    mutating func questions() -> [NodeQuestion] {
      take().compactMap { if case .ask(let question) = $0 { question } else { nil } }
    }

    /// Begins, with one sync that went through.
    mutating func begin(holding digest: Bytes32, nodes: Set<DID> = []) {
      happen(.timePassed)
      end(holding: digest, nodes: nodes)
    }

    mutating func end(
      holding digest: Bytes32, nodes: Set<DID>, missed: Set<DID> = [],
      unfinished: Set<DID> = [], changed: Bool = false
    ) {
      let state = WatchOutcome.State(
        digest: digest, nodes: nodes, missed: missed, unfinished: unfinished)
      happen(.syncEnded(WatchOutcome(.done, state: state, folderChanged: changed)))
    }
  }

  private static func digest(_ text: String) -> Bytes32 { Hash.sha256(Array(text.utf8)) }
  private static func node(_ text: String) -> DID { DID(key: digest("node " + text)) }
  private let one = digest("1")
  private let two = digest("2")
  private let three = digest("3")
  private let north = node("north")
  private let south = node("south")

  @Test func `it begins with a sync, and then rests until the scan`() {
    var run = Run()
    run.begin(holding: one)
    #expect(run.syncs() == [.start])
    run.pass(.seconds(599))
    #expect(run.syncs() == [])
    run.pass(.seconds(1))
    #expect(run.syncs() == [.time])
  }

  @Test func `where changes are not noticed it scans every minute`() {
    var run = Run()
    run.happen(.folderSeen(isWhole: false))
    run.begin(holding: one)
    _ = run.take()
    run.pass(.seconds(60))
    #expect(run.syncs() == [.time])
  }

  @Test func `a burst of changes is one sync, after a moment of quiet`() {
    var run = Run()
    run.begin(holding: one)
    _ = run.take()
    for _ in 1...4 {
      run.happen(.folderChanged)
      run.pass(.milliseconds(150))
    }
    #expect(run.syncs() == [])
    run.pass(.milliseconds(50))
    #expect(run.syncs() == [.folder])
    run.end(holding: two, nodes: [])
    run.pass(.seconds(10))
    #expect(run.syncs() == [])
  }

  @Test func `unrest without end holds nothing up for longer than a second`() {
    var run = Run()
    run.begin(holding: one)
    _ = run.take()
    let began = run.now
    while run.take().isEmpty {
      run.happen(.folderChanged)
      run.pass(.milliseconds(100))
      guard run.now < began + .seconds(5) else { break }
    }
    #expect(run.now - began == .seconds(1))
  }

  @Test func `changes during a sync are what its end says, and lead to one more`() {
    var run = Run()
    run.begin(holding: one)
    run.happen(.folderChanged)
    run.pass(.milliseconds(200))
    #expect(run.syncs() == [.start, .folder])
    run.happen(.folderChanged)
    run.pass(.seconds(5))
    #expect(run.syncs() == [])
    run.end(holding: two, nodes: [], changed: true)
    run.pass(.seconds(5))
    #expect(run.syncs() == [.folder])
  }

  @Test func `nodes are asked after a sync, and not again while they wait`() throws {
    var run = Run()
    run.begin(holding: one, nodes: [north, south])
    let asked = run.questions()
    #expect(Set(asked.map(\.node)) == [north, south])
    #expect(asked.allSatisfy { $0.digest == one && !$0.isPoll })
    run.pass(.seconds(30))
    #expect(run.take().isEmpty)
    let first = try #require(asked.first)
    run.happen(.nodeAnswered(first.node, one, number: first.number))
    #expect(run.questions().map(\.node) == [first.node])
  }

  @Test func `news of several nodes are one sync`() {
    var run = Run()
    run.begin(holding: one, nodes: [north, south])
    for question in run.questions() {
      run.happen(.nodeAnswered(question.node, two, number: question.number))
      run.pass(.milliseconds(10))
    }
    run.pass(.milliseconds(30))
    #expect(run.syncs() == [.node])
    run.end(holding: two, nodes: [north, south])
    let asked = run.questions()
    #expect(asked.map(\.digest) == [two, two])
    for question in asked {
      run.happen(.nodeAnswered(question.node, two, number: question.number))
    }
    run.pass(.seconds(60))
    #expect(run.syncs() == [])
  }

  @Test func `a node that differs for good leads to one sync, not to one after the other`() throws {
    var run = Run()
    run.begin(holding: one, nodes: [north])
    var syncs = 0
    for _ in 1...20 {
      run.pass(.milliseconds(50))
      for action in run.take() {
        switch action {
        case .ask(let question):
          // It waits when it is asked about what it has, and answers at once otherwise.
          if question.digest != two {
            run.happen(.nodeAnswered(north, two, number: question.number))
          }
        case .sync(let reason, _):
          guard reason != .start else { continue }
          syncs += 1
          run.end(holding: three, nodes: [north])
        }
      }
    }
    #expect(syncs == 1)
  }

  @Test func `what a sync itself brought to a node is no news`() throws {
    var run = Run()
    run.begin(holding: one, nodes: [north])
    let waiting = try #require(run.questions().first)
    run.happen(.folderChanged)
    run.pass(.milliseconds(200))
    #expect(run.syncs() == [.folder])
    // The push wakes this device's own question, with a state on the way or the last one.
    run.happen(.nodeAnswered(north, three, number: waiting.number))
    run.end(holding: two, nodes: [north])
    let again = try #require(run.questions().first)
    #expect(again.digest == two)
    run.happen(.nodeAnswered(north, two, number: again.number))
    run.pass(.seconds(30))
    #expect(run.syncs() == [])
  }

  @Test func `an answer to a question from before a sync is asked again, not believed`() throws {
    var run = Run()
    run.begin(holding: one, nodes: [north])
    let old = try #require(run.questions().first)
    run.happen(.folderChanged)
    run.pass(.milliseconds(200))
    run.end(holding: two, nodes: [north])
    _ = run.take()
    run.happen(.nodeAnswered(north, three, number: old.number))
    let asked = try #require(run.questions().first)
    #expect(asked.digest == two)
    run.happen(.nodeAnswered(north, three, number: asked.number))
    run.pass(.milliseconds(30))
    #expect(run.syncs() == [.node])
  }

  @Test func `a silent node is asked ever more rarely, left out of syncs, and served when back`()
    throws
  {
    var run = Run()
    run.begin(holding: one, nodes: [north, south])
    var question = try #require(run.questions().first { $0.node == north })
    #expect(!question.isProbe)
    var pauses: [Duration] = []
    for _ in 1...12 {
      let began = run.now
      run.happen(.nodeFailed(north, .silent, number: question.number))
      while run.actions.isEmpty, run.now < began + .seconds(100) { run.pass(.milliseconds(100)) }
      pauses.append(run.now - began)
      question = try #require(run.questions().first)
      // It may hold what it should by now, and is not to keep its answer back.
      #expect(question.node == north && question.isProbe)
    }
    #expect(pauses[0] >= .milliseconds(750) && pauses[0] <= .milliseconds(1_400))
    #expect(pauses[11] >= .seconds(45) && pauses[11] <= .seconds(76))
    run.happen(.folderChanged)
    run.pass(.milliseconds(200))
    #expect(run.take().contains(.sync(.folder, without: [north])))
    run.end(holding: two, nodes: [north, south], missed: [north])
    _ = run.take()
    // It happens to hold the same: what it missed may be shards, which no digest names.
    run.happen(.nodeAnswered(north, two, number: question.number))
    run.pass(.milliseconds(30))
    #expect(run.take().contains(.sync(.node, without: [])))
  }

  @Test func `a node that cannot wait is polled gently`() throws {
    var run = Run()
    run.begin(holding: one, nodes: [north])
    let first = try #require(run.questions().first)
    run.happen(.nodeFailed(north, .cannotWait, number: first.number))
    var asked = 0
    let began = run.now
    while run.now < began + .seconds(600) {
      run.pass(.seconds(1))
      for question in run.questions() {
        #expect(question.isPoll)
        asked += 1
        run.happen(.nodeAnswered(north, one, number: question.number))
      }
    }
    #expect((5...12).contains(asked), "\(asked)")
  }

  @Test func `a failed sync is tried again ever later, whatever else happens`() {
    var run = Run()
    run.happen(.timePassed)
    #expect(run.syncs() == [.start])
    var count = 0
    while run.now < .seconds(600) {
      if run.session.isSyncing {
        count += 1
        run.happen(.syncEnded(WatchOutcome(.failed)))
      }
      run.happen(.folderChanged)
      run.pass(.milliseconds(500))
    }
    #expect((8...14).contains(count), "\(count)")
  }

  @Test func `a vault that is in use is tried again soon`() {
    var run = Run()
    run.begin(holding: one)
    run.happen(.folderChanged)
    run.pass(.milliseconds(200))
    run.happen(.syncEnded(WatchOutcome(.busy)))
    _ = run.take()
    run.pass(.milliseconds(400))
    #expect(run.syncs().count == 1)
  }

  @Test func `what waits for a person is not tried again before something changes`() {
    var run = Run()
    run.happen(.timePassed)
    run.happen(.syncEnded(WatchOutcome(.held)))
    _ = run.take()
    run.pass(.seconds(300))
    #expect(run.syncs() == [])
    run.happen(.folderChanged)
    run.pass(.milliseconds(200))
    #expect(run.syncs() == [.folder])
  }

  @Test func `what an answering node did not take is tried again, ever later`() {
    var run = Run()
    run.happen(.timePassed)
    run.end(holding: one, nodes: [north], unfinished: [north])
    _ = run.take()
    run.pass(.seconds(20))
    #expect(run.syncs() == [.again])
    run.end(holding: one, nodes: [north], unfinished: [north])
    run.pass(.seconds(20))
    #expect(run.syncs() == [])
    run.pass(.seconds(20))
    #expect(run.syncs() == [.again])
  }

  @Test func `two devices at one node settle after one change and stay quiet`() {
    // Each device's digest is what it holds; the node's is what it was brought last.
    var devices = [Run(), Run()]
    var held = [one, one]
    var node = one
    var asked: [NodeQuestion?] = [nil, nil]
    var syncs = [0, 0]
    for index in devices.indices {
      devices[index].begin(holding: one, nodes: [north])
      asked[index] = devices[index].questions().first
    }
    held[0] = two
    devices[0].happen(.folderChanged)
    for _ in 1...400 {
      for index in devices.indices {
        devices[index].pass(.milliseconds(50))
        for action in devices[index].take() {
          switch action {
          case .ask(let question): asked[index] = question
          case .sync:
            syncs[index] += 1
            if held[index] == one { held[index] = node } else { node = held[index] }
            devices[index].end(holding: held[index], nodes: [north])
          }
        }
        if let question = asked[index], question.digest != node {
          asked[index] = nil
          devices[index].happen(.nodeAnswered(north, node, number: question.number))
        }
      }
    }
    #expect(syncs == [1, 1])
    #expect(held == [two, two])
  }
}
