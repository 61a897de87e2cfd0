import Freehold
import Glibc
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultStore

/// One line of the doctor's.
struct DoctorFinding {
  /// How it stands.
  enum State: String {
    case ok
    case warn
    case fail
  }

  let state: State
  let subject: String
  let message: String
  let hint: String?
  let code: FreeholdError.Code?

  /// The finding as `--json` prints it.
  var json: JSON {
    .object([
      ("state", .text(state.rawValue)), ("subject", .text(subject)), ("message", .text(message)),
      ("hint", .text(hint)),
    ])
  }

  /// The finding for a person.
  func lines(_ paint: Paint) -> [String] {
    let word = Wording.pad(state.rawValue, 4)
    let painted =
      switch state {
      case .ok: paint.good(word)
      case .warn: paint.warning(word)
      case .fail: paint.bad(word)
      }
    let line = "\(painted)  \(Wording.pad(subject, 10)) \(NamePath.line(message))"
    return [line] + (hint.map { ["                 → \(NamePath.line($0))"] } ?? [])
  }
}

/// What the doctor looks at.
struct Examination {
  private static let freeBytesLow: UInt64 = 2 << 30
  private static let freeBytesNone: UInt64 = 100 << 20
  /// Requests are signed for a few minutes only, so a clock must not differ by more.
  private static let clockMillisecondsMax = 120_000
  /// A clock before this program was written is wrong.
  private static let earliest = Timestamp(milliseconds: 1_767_225_600_000)
  private static let openToOthers: UInt32 = 0o077
  private static let latencyMillisecondsHigh = 2_000

  private let session: Session
  private(set) var findings: [DoctorFinding] = []

  init(_ session: Session) {
    self.session = session
  }

  /// Adds a line.
  mutating func note(
    _ state: DoctorFinding.State, _ subject: String, _ message: String, hint: String? = nil,
    code: FreeholdError.Code? = nil
  ) {
    findings.append(
      DoctorFinding(state: state, subject: subject, message: message, hint: hint, code: code))
  }

  /// Home, keys and clock: what does not depend on a vault.
  mutating func examineDevice() {
    let home = session.home.path
    guard let mode = Self.mode(home) else {
      return note(.fail, "home", "there is no \(home)", hint: "freehold init DIR makes a vault")
    }
    noteMode("home", home, mode)
    examineKeys(home)
    examineSpace("disk", home)
    let now = session.environment.clock.now()
    if now < Self.earliest {
      note(.fail, "clock", "it shows \(now.text)", hint: "set it: timedatectl set-ntp true")
    } else {
      note(.ok, "clock", "it shows \(now.text)")
    }
  }

  /// The vault, its folder and its nodes.
  mutating func examine(_ place: VaultPlace) async {
    do {
      let reader = try session.statusReader(place)
      let status = try reader.status()
      note(.ok, "vault", "\(status.name), \(status.vault.text)")
      examineFolder(place, status)
      examineLock(place)
      for problem in status.problems where problem.severity < .note {
        let state: DoctorFinding.State = problem.severity == .danger ? .fail : .warn
        note(state, "status", problem.message, hint: problem.hint, code: problem.code)
      }
      let probes = try await reader.probe()
      for probe in probes {
        examine(probe, status.nodes.first { $0.did == probe.did })
      }
      if probes.isEmpty {
        note(.warn, "nodes", "there is none yet", hint: "freehold node add INVITATION")
      }
    } catch {
      let error = FreeholdError(translating: error)
      note(.fail, "vault", error.message, hint: error.hint, code: error.code)
    }
  }

  private mutating func examineKeys(_ home: DiskPath) {
    do {
      guard let file = try session.home.deviceKeyFile() else {
        return note(.fail, "keys", "there is no device key", hint: "freehold init DIR makes one")
      }
      if let mode = Self.mode(home.appending("device.key")) {
        noteMode("keys", home.appending("device.key"), mode)
      }
      guard file.isSealed else { return note(.ok, "keys", "without a passphrase") }
      let left = AgentClient(device: file.did, home: session.home).secondsLeft()
      let state = left.map { "unlocked, \($0 / 60 + 1) minutes left" } ?? "locked"
      note(.ok, "keys", "under a passphrase, \(state)")
    } catch {
      let error = FreeholdError(translating: error)
      note(.fail, "keys", error.message, hint: error.hint, code: error.code)
    }
  }

  private mutating func examineFolder(_ place: VaultPlace, _ status: VaultStatus) {
    let folder = DiskPath(place.folder)
    if status.folder != String(decoding: place.folder, as: UTF8.self) {
      note(
        .fail, "folder", "the vault lives in \(status.folder), not in \(folder)",
        hint: "move it back there")
    } else if access(folder.bytes.map { CChar(bitPattern: $0) } + [0], R_OK | W_OK | X_OK) != 0 {
      note(.fail, "folder", "\(folder) cannot be written", hint: "ls -ld \(folder)")
    } else {
      note(.ok, "folder", "\(folder)")
    }
    examineSpace("space", folder)
  }

  private mutating func examineLock(_ place: VaultPlace) {
    let path = session.home.folder(of: place.vault, scope: place.scope)
    do {
      try HomeLock(of: path, on: session.environment.disk).release()
      note(.ok, "lock", "free")
    } catch let error as StoreError where error.code == .busy {
      note(.ok, "lock", error.sentence)
    } catch {
      note(.warn, "lock", FreeholdError(translating: error).message)
    }
  }

  private mutating func examineSpace(_ subject: String, _ folder: DiskPath) {
    guard let free = try? session.environment.disk.freeBytes(in: folder) else {
      return note(.warn, subject, "how much is free at \(folder) cannot be told")
    }
    let text = "\(Wording.size(Int(clamping: free))) free at \(folder)"
    if free < Self.freeBytesNone {
      note(.fail, subject, text, hint: "make room; freehold stops before the disk is full")
    } else if free < Self.freeBytesLow {
      note(.warn, subject, text, hint: "make room soon")
    } else {
      note(.ok, subject, text)
    }
  }

  private mutating func examine(_ probe: NodeProbe, _ known: VaultStatus.Node?) {
    if let problem = probe.problem {
      return note(.fail, "node", problem.message, hint: problem.hint, code: problem.code)
    }
    let latency = probe.latencyMilliseconds ?? 0
    let text = "\(probe.name): the right certificate, protocol v1, \(latency) ms"
    if !probe.isReady {
      note(.warn, "node", "\(probe.name) takes nothing now", hint: "ask its host")
    } else if latency > Self.latencyMillisecondsHigh {
      note(.warn, "node", text + ", slow")
    } else {
      note(.ok, "node", text)
    }
    if let difference = probe.clockDifferenceMilliseconds,
      difference.magnitude > Self.clockMillisecondsMax.magnitude
    {
      note(
        .warn, "clock", "\(probe.name) and this device differ by \(difference / 1000) s",
        hint: "timedatectl shows whether this one is right")
    }
    if let known { examineQuota(known) }
  }

  private mutating func examineQuota(_ node: VaultStatus.Node) {
    guard node.quotaBytes > 0 else { return }
    let percent = Int(Double(node.usedBytes) / Double(node.quotaBytes) * 100)
    let text =
      "\(node.name): \(Wording.size(node.usedBytes)) of \(Wording.size(node.quotaBytes)), "
      + "\(percent) %"
    switch percent {
    case ..<80: note(.ok, "quota", text)
    case ..<95: note(.warn, "quota", text, hint: "ask its host for more, or add a node")
    default: note(.fail, "quota", text, hint: "ask its host for more, or add a node")
    }
  }

  private mutating func noteMode(_ subject: String, _ path: DiskPath, _ mode: UInt32) {
    let digits = String(mode & 0o777, radix: 8)
    if mode & Self.openToOthers == 0 {
      note(.ok, subject, "\(path), mode \(digits)")
    } else {
      note(
        .warn, subject, "\(path) is open to others: mode \(digits)",
        hint: "chmod go-rwx \(path)")
    }
  }

  private static func mode(_ path: DiskPath) -> UInt32? {
    var facts = stat()
    let result = stat(path.bytes.map { CChar(bitPattern: $0) } + [0], &facts)
    return result == 0 ? facts.st_mode : nil
  }
}
