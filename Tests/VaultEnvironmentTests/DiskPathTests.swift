import Testing
import VaultEnvironment

struct DiskPathTests {
  @Test func `slashes are written once and never last`() {
    #expect(DiskPath("//a///b/").bytes == Array("/a/b".utf8))
    #expect(DiskPath("/").bytes == Array("/".utf8))
    #expect(DiskPath("a/").bytes == Array("a".utf8))
  }

  @Test func `parents lead up to the root and end there`() {
    #expect(DiskPath("/a/b").parent == DiskPath("/a"))
    #expect(DiskPath("/a").parent == DiskPath("/"))
    #expect(DiskPath("/").parent == nil)
    #expect(DiskPath("a").parent == DiskPath("."))
    #expect(DiskPath("/a/b").name == Array("b".utf8))
    #expect(DiskPath("/").appending("a") == DiskPath("/a"))
  }

  @Test func `two spellings of one letter are two paths`() {
    let composed = DiskPath("/caf\u{e9}")
    let decomposed = DiskPath("/cafe\u{301}")
    #expect(composed != decomposed)
    #expect(composed.text == decomposed.text)
  }

  @Test func `bytes that are no text are kept and shown escaped`() {
    let path = DiskPath(Array("/a".utf8) + [0xff])
    #expect(path.text == nil)
    #expect("\(path)" == "/a\\xff")
    #expect("\(DiskPath("/\u{1b}[2J"))" == "/\\x1b[2J")
    #expect("\(DiskPath("/a\u{202e}b"))" == "/a\\xe2\\x80\\xaeb")
    #expect("\(DiskPath("/caf\u{e9}"))" == "/café")
  }
}
