/// Names that programs give to files for moments, or for as long as a document is open.
///
/// They wake nobody. A scan that happens meanwhile takes them for files like any others:
/// `.freeholdignore` is the place to leave them out altogether.
enum TransientName {
  /// vim tries whether it may write to a folder with this one.
  private static let exact: Set<[UInt8]> = [Array("4913".utf8)]
  /// What they begin and end with: GLib's drafts, LibreOffice's and Office's locks, vim's swap
  /// files, emacs' locks.
  private static let around: [(prefix: [UInt8], suffix: [UInt8])] = [
    (".goutputstream-", ""), (".~lock.", "#"), ("~$", ""), (".", ".swp"), (".", ".swpx"),
    (".", ".swx"), (".#", ""),
  ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

  static func matches(_ name: FileName) -> Bool {
    if exact.contains(name.bytes) { return true }
    return around.contains { prefix, suffix in
      name.bytes.count > prefix.count + suffix.count && name.bytes.starts(with: prefix)
        && name.bytes.suffix(suffix.count).elementsEqual(suffix)
    }
  }
}
