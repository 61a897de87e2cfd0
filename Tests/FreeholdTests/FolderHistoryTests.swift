import Foundation
import FreeholdTestKit
import Testing
import VaultFolder

@testable import Freehold

/// Random changes in the folders of several devices: in the end all are alike, and nothing that
/// somebody wrote is gone unless somebody who had it in front of them replaced or deleted it.
///
/// A failing run says its seed; FREEHOLD_FOLDER_SEED runs that one alone, FREEHOLD_FOLDER_RUNS so
/// many from 1 on.
struct FolderHistoryTests {
  private static var seeds: [UInt64] {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["FREEHOLD_FOLDER_SEED"].flatMap({ UInt64($0) }) { return [seed] }
    let runs = environment["FREEHOLD_FOLDER_RUNS"].flatMap { UInt64($0) } ?? 12
    return Array(1...max(1, runs))
  }

  @Test(arguments: seeds)
  func `devices come together and lose nothing`(seed: UInt64) async throws {
    var history = try await FolderHistory(seed: seed)
    for _ in 0..<history.stepCount { try await history.step() }
    try await history.comeTogether()
    // What the devices say of each other needs a round more.
    for number in history.world.devices.indices { try await history.world.sync(number) }
    let trace = history.trace.joined(separator: "\n")
    #expect(history.lost() == [], "seed \(seed)\n\(trace)")
    for device in history.world.devices.dropFirst() {
      let difference = try FolderHistory.difference(history.world.devices[0], device)
      #expect(difference == [], "seed \(seed)\n\(trace)")
    }
    for number in history.world.devices.indices {
      let before = try history.world.devices[number].folder.snapshot()
      _ = history.world.network.takeRequestPaths()
      let report = try await history.world.sync(number)
      #expect(report.outgoing.total == 0, "seed \(seed)\n\(trace)")
      #expect(report.incoming.total == 0, "seed \(seed)\n\(trace)")
      #expect(history.world.network.takeRequestPaths() == ["/v1/sync"], "seed \(seed)\n\(trace)")
      let after = try history.world.devices[number].folder.snapshot()
      #expect(before == after, "seed \(seed)\n\(trace)")
    }
  }
}
