import Freehold
import Glibc
import Synchronization
import VaultCrypto

/// Asks for a secret on the terminal without showing it.
enum TerminalPrompt {
  private static let bytesMax = 1024
  /// How the terminal was, while it does not echo: a signal puts it back.
  private static let before = Mutex<termios?>(nil)

  private enum Key {
    static let interrupt: UInt8 = 3
    static let endOfInput: UInt8 = 4
    static let backspace: UInt8 = 8
    static let lineFeed: UInt8 = 10
    static let carriageReturn: UInt8 = 13
    static let eraseLine: UInt8 = 21
    static let delete: UInt8 = 127
  }

  /// Reads a line.
  ///
  /// Ctrl-C throws `interrupted`.
  static func readSecret(_ question: String) throws -> SecretBytes {
    try silence()
    defer {
      restore()
      show("\n")
    }
    show(question + ": ")
    var line: [UInt8] = []
    while true {
      var byte: UInt8 = 0
      let count = read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { throw FreeholdError(.locked, "no passphrase was typed") }
      switch byte {
      case Key.lineFeed, Key.carriageReturn:
        defer { for index in line.indices { line[index] = 0 } }
        return SecretBytes(line, residence: .locked)
      case Key.interrupt, Key.endOfInput: throw FreeholdError(.interrupted, "interrupted")
      case Key.eraseLine: line = []
      case Key.backspace, Key.delete: eraseCharacter(&line)
      default:
        if line.count < bytesMax { line.append(byte) }
      }
    }
  }

  /// Whether somebody is being asked now.
  static var isAsking: Bool { before.withLock { $0 != nil } }

  /// Puts the terminal back as it was; nothing to do when it is.
  static func restore() {
    before.withLock { before in
      guard var old = before else { return }
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &old)
      before = nil
    }
  }

  private static func silence() throws {
    try before.withLock { before in
      var old = termios()
      guard tcgetattr(STDIN_FILENO, &old) == 0 else {
        throw FreeholdError(.usage, "the terminal cannot be asked", hint: Unlocking.hint)
      }
      before = old
      var silent = old
      silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
      withUnsafeMutableBytes(of: &silent.c_cc) { bytes in
        bytes[Int(VMIN)] = 1
        bytes[Int(VTIME)] = 0
      }
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    }
  }

  /// Removes one character: all bytes of its UTF-8 form.
  private static func eraseCharacter(_ line: inout [UInt8]) {
    while let last = line.popLast(), last & 0xC0 == 0x80 {}
  }

  private static func show(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
}
