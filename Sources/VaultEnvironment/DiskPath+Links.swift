#if canImport(Glibc)
  import Glibc
#endif

extension DiskPath {
  /// The path with the links of this machine in the part of it that is there already resolved.
  ///
  /// Links on the way to a home are its owner's own; behind it none is followed.
  public var withoutLinks: DiskPath {
    let text = bytes.map { CChar(bitPattern: $0) } + [0]
    if let pointer = realpath(text, nil) {
      defer { free(pointer) }
      return DiskPath((0..<strlen(pointer)).map { UInt8(bitPattern: pointer[$0]) })
    }
    guard let parent else { return self }
    return parent.withoutLinks.appending(name)
  }
}
