import Freehold
import Glibc
import VaultEncoding
import VaultEnvironment

/// Where a user's systemd looks for units, and what of ours is there.
struct UnitPlace {
  /// The folder of the user's units.
  let folder: DiskPath
  private let disk: any Disk

  /// `$XDG_CONFIG_HOME/systemd/user`, else `~/.config/systemd/user`.
  init(disk: any Disk) throws {
    self.disk = disk
    let base: DiskPath
    if let place = Variable.place("XDG_CONFIG_HOME"), place.first == UInt8(ascii: "/") {
      base = DiskPath(place)
    } else if let home = Variable.place("HOME") {
      base = DiskPath(home).appending(".config")
    } else {
      throw FreeholdError(.usage, "neither XDG_CONFIG_HOME nor HOME is set")
    }
    folder = base.appending("systemd").appending("user")
  }

  /// Where a unit lies.
  func path(_ unit: UserUnit) -> DiskPath { folder.appending(unit.name) }

  /// Writes a unit; whether it differs from what was there.
  func write(_ unit: UserUnit) throws -> Bool {
    let text = Array(try unit.text().utf8)
    let path = path(unit)
    if try disk.exists(path), try disk.read(path, bytesMax: 1 << 20) == text { return false }
    try disk.makeFolder(folder)
    try disk.writeDurably(path, text)
    return true
  }

  /// Removes a unit; whether there was one.
  func remove(_ unit: UserUnit) throws -> Bool {
    let path = path(unit)
    guard try disk.exists(path) else { return false }
    try disk.remove(path)
    return true
  }
}

extension UserUnit {
  /// The unit of a vault on this device.
  init(_ session: Session, _ place: VaultPlace) throws {
    guard let program = HomePlace.real(Array("/proc/self/exe".utf8)) else {
      throw FreeholdError(.failed, "this program does not find itself in /proc")
    }
    self.init(
      program: program, folder: place.folder,
      home: HomePlace.real(session.home.path.bytes) ?? session.home.path.bytes,
      tag: String(place.vault.text.suffix(16)) + (place.scope.map { "-\($0.hex)" } ?? ""))
  }
}
