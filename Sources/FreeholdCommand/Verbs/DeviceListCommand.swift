import ArgumentParser
import Freehold
import VaultEncoding
import VaultEnvironment

/// `freehold device list`: the devices, as this one knows them.
struct DeviceListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the vault's devices: since when, and when last seen.",
    discussion: """
      freehold device list
      freehold device list --json | jq -r '.devices[] | select(.revoked | not) | .name'

      As of the last sync. * is this device; the smaller the rank, the more may it revoke.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let devices = try await session.withVault(place) { vault in try await vault.devices() }
    guard !common.json else {
      return try session.console.data(.object([("devices", .array(devices.map(\.json)))]))
    }
    let width = devices.map { NamePath.line($0.name).count }.max() ?? 0
    let now = session.environment.clock.now()
    for device in devices {
      try session.console.data(device.line(width: width, now: now, session.console.dataPaint))
    }
  }
}

extension DeviceSummary {
  /// The device as `--json` prints it.
  var json: JSON {
    .object([
      ("name", .text(name)), ("did", .text(did.text)), ("this", .bool(isThis)),
      ("rank", .number(rank)), ("since", .text(since?.text)), ("lastSeen", .text(lastSeen?.text)),
      ("revoked", .bool(!isActive)),
    ])
  }

  /// The device on a line.
  func line(width: Int, now: Timestamp, _ paint: Paint) -> String {
    var text = isThis ? "* " : "  "
    text += Wording.pad(NamePath.line(name), width) + "  \(did.text.suffix(8))"
    text += "  since \(since?.dateText ?? "          ")"
    guard isActive else { return text + "  " + paint.warning("revoked") }
    if isThis { return text + "  this device" }
    let seen = lastSeen.map { "last seen \(Wording.ago($0, now: now))" } ?? "never seen yet"
    return text + "  " + seen
  }
}
