import FreeholdTestKit
import Testing
import VaultEnvironment

/// The durable write under crashes and failures, on a simulated disk.
@Suite struct DurableWriteTests {
  private static let folder = DiskPath("/home")
  private static let old: [UInt8] = Array(repeating: 0x11, count: 9_000)
  private static let new: [UInt8] = Array(repeating: 0x22, count: 10_000)

  @Test func `one write syncs the file before its rename and the folder after it`() throws {
    let (medium, disk) = try makeMachine(seed: 1)
    _ = medium.takeOperations()
    try disk.writeDurably(Self.folder.appending("file"), Self.new)
    #expect(
      medium.takeOperations().map(\.kind) == [.makeFile, .write, .sync, .rename, .syncFolder])
  }

  @Test func `a batch syncs each file and each folder once`() throws {
    let (medium, disk) = try makeMachine(seed: 1)
    try disk.makeFolder(Self.folder.appending("a"))
    _ = medium.takeOperations()
    try disk.writeDurably(
      (0..<200).map {
        DiskWrite(
          ($0 % 2 == 0 ? Self.folder : Self.folder.appending("a")).appending("\($0)"), [1])
      })
    let kinds = medium.takeOperations().map(\.kind)
    #expect(kinds.count { $0 == .sync } == 200)
    #expect(kinds.count { $0 == .syncFolder } == 2)
    let lastSync = try #require(kinds.lastIndex(of: .sync))
    let firstRename = try #require(kinds.firstIndex(of: .rename))
    #expect(lastSync < firstRename)
  }

  @Test func `a crash at any step keeps the old file or the new one`() throws {
    let path = Self.folder.appending("file")
    var outcomes: Set<String> = []
    for seed in 1...400 as ClosedRange<UInt64> {
      var step = 1
      while true {
        let (medium, disk) = try makeMachine(seed: seed)
        try disk.writeDurably(path, Self.old)
        medium.faults = SimulatedFaults(crashAtStep: step, hasShortWrites: seed % 2 == 0)
        let isDone = finishes { try disk.writeDurably(path, Self.new) }
        medium.cutPower()
        let found = try medium.start().read(path, bytesMax: 100_000)
        #expect(found == Self.old || found == Self.new, "seed \(seed), step \(step)")
        if isDone { #expect(found == Self.new, "seed \(seed): an acknowledged write was lost") }
        outcomes.insert("\(isDone) \(found == Self.new)")
        if isDone { break }
        step += 1
      }
    }
    // The sweep is worth something only if all that can happen did happen.
    #expect(outcomes == ["true true", "false true", "false false"])
  }

  @Test func `a crash in a batch keeps each file whole and all of an acknowledged one`() throws {
    let paths = (0..<5).map { Self.folder.appending("\($0)") }
    for seed in 1...60 as ClosedRange<UInt64> {
      var step = 1
      while true {
        let (medium, disk) = try makeMachine(seed: seed)
        try disk.writeDurably(paths.map { DiskWrite($0, Self.old) })
        medium.faults = SimulatedFaults(crashAtStep: step)
        let isDone = finishes { try disk.writeDurably(paths.map { DiskWrite($0, Self.new) }) }
        medium.cutPower()
        let disk2 = medium.start()
        for path in paths {
          let found = try disk2.read(path, bytesMax: 100_000)
          #expect(found == Self.new || (!isDone && found == Self.old), "seed \(seed), step \(step)")
        }
        try expectNothingLeft(disk2, paths)
        if isDone { break }
        step += 1
      }
    }
  }

  @Test func `new folders, removals and moves are durable when they are acknowledged`() throws {
    let deep = Self.folder.appending("a").appending("b")
    for seed in 1...200 as ClosedRange<UInt64> {
      let (medium, disk) = try makeMachine(seed: seed)
      try disk.makeFolder(deep)
      try disk.writeDurably([
        DiskWrite(deep.appending("kept"), [1]), DiskWrite(deep.appending("removed"), [2]),
        DiskWrite(deep.appending("moved"), [3]),
      ])
      try disk.remove(deep.appending("removed"))
      try disk.move(deep.appending("moved"), to: Self.folder.appending("moved"))
      medium.cutPower()
      let disk2 = medium.start()
      #expect(try disk2.read(deep.appending("kept"), bytesMax: 1) == [1])
      #expect(try disk2.read(Self.folder.appending("moved"), bytesMax: 1) == [3])
      #expect(try disk2.list(deep).map(\.name) == [Array("kept".utf8)], "seed \(seed)")
    }
  }

  @Test func `a removal is durable although nothing else is done in its folder`() throws {
    for seed in 1...50 as ClosedRange<UInt64> {
      let (medium, disk) = try makeMachine(seed: seed)
      try disk.writeDurably([DiskWrite(Self.folder.appending("removed"), [2])])
      try disk.remove(Self.folder.appending("removed"))
      medium.cutPower()
      #expect(try medium.start().list(Self.folder).isEmpty, "seed \(seed)")
    }
  }

  @Test func `no space at any write leaves the old files and nothing else`() throws {
    let paths = (0..<3).map { Self.folder.appending("\($0)") }
    var number = 1
    while true {
      let (medium, disk) = try makeMachine(seed: 1)
      try disk.writeDurably(paths.map { DiskWrite($0, Self.old) })
      medium.faults = SimulatedFaults(
        failures: [.init(of: [.makeFile, .write, .sync], at: number, with: .noSpace)])
      let writes = paths.map { DiskWrite($0, Self.new) }
      let error = failure { try disk.writeDurably(writes) }
      guard let error else { break }
      #expect(error.code == .noSpace)
      for path in paths { #expect(try disk.read(path, bytesMax: 100_000) == Self.old) }
      #expect(try disk.removeLeftovers(in: Self.folder) == 0)
      // Space is there again: the same disk goes on.
      medium.faults = SimulatedFaults()
      try disk.writeDurably(writes)
      for path in paths { #expect(try disk.read(path, bytesMax: 100_000) == Self.new) }
      number += 1
    }
    #expect(number == 10)
  }

  @Test func `a disk that is full takes nothing, lets files be removed and goes on`() throws {
    let (medium, disk) = try makeMachine(seed: 1)
    let path = Self.folder.appending("file")
    try disk.writeDurably(path, Self.old)
    medium.faults = SimulatedFaults(freeBytes: 5_000, hasShortWrites: true)
    let error = #expect(throws: DiskError.self) {
      try disk.writeDurably(Self.folder.appending("other"), Self.new)
    }
    #expect(error?.code == .noSpace)
    #expect(try disk.freeBytes(in: Self.folder) == 5_000)
    try disk.remove(path)
    try disk.writeDurably(Self.folder.appending("other"), Self.new)
  }

  @Test func `after a failed sync the path is not trusted and nothing was acknowledged`() throws {
    for number in 1...3 {
      for seed in 1...40 as ClosedRange<UInt64> {
        let (medium, disk) = try makeMachine(seed: seed)
        let path = Self.folder.appending("file")
        try disk.writeDurably(path, Self.old)
        medium.faults = SimulatedFaults(
          failures: [.init(of: [.sync, .syncFolder], at: number, with: .io)])
        do {
          try disk.writeDurably(path, Self.new)
          #expect(number == 3)
        } catch let error as DiskError {
          #expect(error.code == .io)
          _ = medium.takeOperations()
          let again = #expect(throws: DiskError.self) { try disk.writeDurably(path, Self.new) }
          #expect(again?.code == .untrusted)
          #expect(medium.takeOperations().isEmpty)
        }
        medium.cutPower()
        let found = try medium.start().read(path, bytesMax: 100_000)
        #expect(found == Self.new || (number < 3 && found == Self.old))
      }
    }
  }

  @Test func `the simulation notices a write that leaves out a sync`() throws {
    // Planted faults: if these were not noticed, the tests above would prove nothing.
    for skipped in [SimulatedOperation.Kind.sync, .syncFolder] {
      let losses = try (1...100).count { seed in
        let medium = SimulatedDisk(seed: UInt64(seed))
        try medium.start().makeFolder(Self.folder)
        medium.shutDown()
        let calls = SkippingCalls(medium.startCalls(), skipping: skipped)
        let disk = DurableDisk(calls)
        let path = Self.folder.appending("file")
        try disk.writeDurably(path, Self.new)
        medium.cutPower()
        return (try? medium.start().read(path, bytesMax: 100_000)) != Self.new
      }
      #expect(losses > 20, "skipping \(skipped)")
    }
  }

  // MARK: Parts

  private func makeMachine(seed: UInt64) throws -> (SimulatedDisk, any Disk) {
    let medium = SimulatedDisk(seed: seed)
    let disk = medium.start()
    try disk.makeFolder(Self.folder)
    return (medium, disk)
  }

  /// False when the machine stopped on the way; any other error is a failed test.
  private func finishes(_ body: () throws -> Void) -> Bool {
    do {
      try body()
      return true
    } catch is SimulatedCrash {
      return false
    } catch {
      Issue.record(error)
      return false
    }
  }

  /// The disk's error; nil when there is none.
  private func failure(_ body: () throws -> Void) -> DiskError? {
    do {
      try body()
      return nil
    } catch {
      if !(error is DiskError) { Issue.record(error) }
      return error as? DiskError
    }
  }

  private func expectNothingLeft(_ disk: any Disk, _ paths: [DiskPath]) throws {
    _ = try disk.removeLeftovers(in: Self.folder)
    #expect(try disk.list(Self.folder).map(\.name) == paths.map(\.name))
  }
}
