import Foundation
import FreeholdTestKit
import Testing
import VaultEnvironment

/// The disks that must behave alike.
enum DiskKind: String, CaseIterable, Sendable {
  case live, simulated

  /// Runs a test in an empty folder of such a disk.
  func withFolder(_ body: (any Disk, DiskPath) throws -> Void) throws {
    switch self {
    case .live:
      try withTemporaryFolder { try body(DurableDisk.live(), $0) }
    case .simulated:
      let disk = SimulatedDisk(seed: 1).start()
      try disk.makeFolder(DiskPath("/home"))
      try body(disk, DiskPath("/home"))
    }
  }
}

/// Runs a test in an empty folder of this machine.
func withTemporaryFolder(_ body: (DiskPath) throws -> Void) throws {
  var template = Array("/tmp/freehold-store-XXXXXX".utf8CString)
  let text = String(cString: try #require(mkdtemp(&template)))
  defer { try? FileManager.default.removeItem(atPath: text) }
  try body(DiskPath(text))
}

/// Who may do what with a file.
func mode(of path: String) throws -> Int {
  let attributes = try FileManager.default.attributesOfItem(atPath: path)
  return try #require(attributes[.posixPermissions] as? Int) & 0o777
}
