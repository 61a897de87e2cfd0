import Testing
import VaultFolder

struct NameTests {
  @Test func `a name is any bytes that a folder can hold`() {
    let names: [[UInt8]] = [
      [0x61], [0xFF, 0xFE], [UInt8](repeating: 0x61, count: 255), [0x2E, 0x2E, 0x2E], [0x0A],
      [0x5C],
    ]
    for name in names { #expect(FileName(name)?.bytes == name) }
    let refused: [[UInt8]] = [
      [], [0x2E], [0x2E, 0x2E], [0x61, 0x2F], [0x61, 0], [UInt8](repeating: 0x61, count: 256),
    ]
    for name in refused { #expect(FileName(name) == nil) }
  }

  @Test func `names that look alike are two names`() {
    #expect(FileName("nfc-\u{E9}") != FileName("nfc-e\u{301}"))
  }

  @Test func `a folder comes right before what it holds`() throws {
    let texts = ["", "a", "a/b", "a/b/c", "a/c", "a.b", "b"]
    let paths = try texts.map { try #require(FolderPath($0)) }
    #expect(paths.shuffled().sorted() == paths)
    #expect(FolderPath("a//b") == nil)
    #expect(FolderPath("/a") == nil)
    #expect(FolderPath("a/../b") == nil)
    #expect(FolderPath("a/b")?.bytes == [UInt8]("a/b".utf8))
    #expect(FolderPath("a/b")?.isWithin(.root) == true)
    #expect(FolderPath("ab")?.isWithin(FolderPath([try #require(FileName("a"))])) == false)
  }

  @Test func `what could deceive a reader is shown as an escape`() {
    let cases: [([UInt8], String)] = [
      ([UInt8]("plain é 😀👩‍👩‍👧".utf8), "plain é 😀👩‍👩‍👧"),
      ([0x6C, 0xE9, 0xFF], "l\\xE9\\xFF"),
      ([UInt8]("new\nline\ttab\u{1B}[2J".utf8), "new\\nline\\ttab\\x1B[2J"),
      ([UInt8]("rtl-\u{202E}gpj.exe".utf8), "rtl-\\u{202E}gpj.exe"),
      ([UInt8]("back\\slash".utf8), "back\\\\slash"),
      ([UInt8]("c1\u{85}zero\u{200B}width".utf8), "c1\\u{85}zero\\u{200B}width"),
      ([0xC0, 0xAF], "\\xC0\\xAF"), ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"),
      ([0xF0, 0x9F, 0x98], "\\xF0\\x9F\\x98"),
    ]
    for (bytes, text) in cases { #expect(TerminalText.escaped(bytes) == text) }
  }

  @Test func `every sequence of bytes has an escaped form without controls`() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<500 {
      let bytes = (0..<12).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let text = TerminalText.escaped(bytes)
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
    }
  }
}
