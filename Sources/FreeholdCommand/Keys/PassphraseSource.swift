import Freehold
import Glibc
import VaultCrypto

/// The ways to a passphrase that need nobody to type: a descriptor, a file, a command.
enum PassphraseSource {
  private static let bytesMax = 4096
  private static let readableByOthers: UInt32 = 0o044

  /// The first of `--passphrase-fd`, FREEHOLD_PASSPHRASE_FILE, FREEHOLD_PASSPHRASE_COMMAND that is
  /// given; nil when none is.
  static func read(descriptor: Int32?, console: Console) throws -> SecretBytes? {
    if let descriptor {
      return try secret(try drain(descriptor, of: "descriptor \(descriptor)"))
    }
    if let path = Variable.place("FREEHOLD_PASSPHRASE_FILE") {
      return try secret(try readFile(path, console: console))
    }
    if let command = Variable.text("FREEHOLD_PASSPHRASE_COMMAND"), !command.isEmpty {
      return try secret(try ShellCommand.output(of: command, bytesMax: bytesMax))
    }
    return nil
  }

  private static func readFile(_ path: [UInt8], console: Console) throws -> [UInt8] {
    let shown = NamePath.shown(path)
    let file = open(path.map { CChar(bitPattern: $0) } + [0], O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw FreeholdError(
        .locked, "the passphrase file \(shown) cannot be read",
        hint: "FREEHOLD_PASSPHRASE_FILE names it")
    }
    defer { close(file) }
    var facts = stat()
    if fstat(file, &facts) == 0, facts.st_mode & readableByOthers != 0,
      facts.st_mode & S_IFMT == S_IFREG
    {
      console.warn("others can read the passphrase file \(shown)", hint: "chmod 600 \(shown)")
    }
    return try drain(file, of: shown)
  }

  /// The first line of what is read.
  private static func drain(_ file: Int32, of name: String) throws -> [UInt8] {
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 512)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw FreeholdError(.locked, "the passphrase cannot be read from \(name)")
      }
      line.append(contentsOf: buffer[..<count])
      guard count > 0, !line.contains(0x0A) else { return line }
      guard line.count <= bytesMax else {
        throw FreeholdError(.usage, "the passphrase in \(name) is longer than \(bytesMax) bytes")
      }
    }
  }

  private static func secret(_ bytes: [UInt8]) throws -> SecretBytes {
    var line = Array(bytes.prefix { $0 != 0x0A })
    if line.last == 0x0D { line.removeLast() }
    guard !line.isEmpty else { throw FreeholdError(.locked, "the passphrase is empty") }
    return SecretBytes(line, residence: .locked)
  }
}
