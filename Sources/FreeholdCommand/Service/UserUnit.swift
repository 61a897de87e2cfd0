import Freehold
import VaultEnvironment

/// The systemd unit that watches one vault for one user: `freehold sync --watch`, fenced in.
struct UserUnit: Equatable {
  /// The credential's name in the unit.
  private static let credential = "passphrase"

  /// Where the program lies.
  let program: [UInt8]
  /// The vault's folder.
  let folder: [UInt8]
  /// This device's home.
  let home: [UInt8]
  /// What distinguishes it from other units: the end of the vault's DID.
  let tag: String
  /// A file with the passphrase, for `LoadCredential=`.
  var passphraseFile: [UInt8]?
  /// Whether the unit may use namespaces of its own, which some systems do not give to users.
  var usesNamespaces = true

  /// The unit's file name.
  var name: String { "freehold-\(tag).service" }

  /// The unit's text.
  func text() throws -> String {
    var lines = [
      "# Made by freehold service install; freehold service uninstall removes it.",
      "[Unit]",
      "Description=Freehold: \(try Self.plain(folder)) in step with its nodes",
      "StartLimitIntervalSec=0",
      "",
      "[Service]",
      "Type=exec",
      "ExecStart=" + (try command.map(Self.quoted).joined(separator: " ")),
      "Restart=on-failure",
      "RestartSec=30",
      "# A mistake in this file, or a folder that is no vault, does not mend itself.",
      "RestartPreventExitStatus=2 10",
      "TimeoutStopSec=30",
      "",
    ]
    if let passphraseFile {
      lines += [
        "# The passphrase comes as a credential: in memory, for this unit only.",
        "LoadCredential=\(Self.credential):" + (try Self.plain(passphraseFile)),
        "Environment=FREEHOLD_PASSPHRASE_FILE=%d/\(Self.credential)",
        "",
      ]
    }
    lines += Self.fences
    if usesNamespaces { lines += try namespaces() }
    lines += ["", "[Install]", "WantedBy=default.target", ""]
    return lines.joined(separator: "\n")
  }

  private var command: [[UInt8]] {
    let words = ["sync", "--watch", "--no-input", "--home"].map { Array($0.utf8) }
    return [program] + words + [home, Array("-C".utf8), folder]
  }

  /// What the program does without in any case.
  private static let fences = [
    "NoNewPrivileges=yes", "UMask=0077", "LockPersonality=yes", "MemoryDenyWriteExecute=yes",
    "RestrictRealtime=yes", "RestrictSUIDSGID=yes", "RestrictNamespaces=yes",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service", "SystemCallFilter=~@privileged @resources",
    "SystemCallErrorNumber=EPERM",
  ]

  /// Everything is read-only but the folder and the home.
  private func namespaces() throws -> [String] {
    [
      "", "# These need user namespaces. Where the system gives none, the unit fails with",
      "# status=226/NAMESPACE: freehold service install --no-namespaces leaves them out.",
      "PrivateUsers=yes", "ProtectSystem=strict", "ProtectHome=read-only",
      "ReadWritePaths=" + (try Self.quoted(folder)) + " " + (try Self.quoted(home)),
      "PrivateDevices=yes", "ProtectClock=yes", "ProtectControlGroups=yes", "ProtectHostname=yes",
      "ProtectKernelLogs=yes", "ProtectKernelModules=yes", "ProtectKernelTunables=yes",
      "ProtectProc=invisible", "CapabilityBoundingSet=",
    ]
  }

  // MARK: Words of a unit file

  /// A path on a line of its own: `%` is doubled, because systemd gives it a meaning.
  private static func plain(_ path: [UInt8]) throws -> String {
    guard let text = String(validating: path, as: UTF8.self),
      !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
    else {
      throw FreeholdError(
        .usage, "\(NamePath.shown(path)) cannot stand in a unit file",
        hint: "names with control characters or without UTF-8 cannot; choose another folder")
    }
    return text.replacing("%", with: "%%")
  }

  /// A word of a command: in quotes, with `\`, `"`, `%` and `$` protected.
  private static func quoted(_ word: [UInt8]) throws -> String {
    var text = ""
    for character in try plain(word) {
      switch character {
      case "\\", "\"": text += "\\\(character)"
      case "$": text += "$$"
      default: text.append(character)
      }
    }
    return "\"\(text)\""
  }
}
