extension DurableDisk {
  /// The whole file, if it is no longer than the limit.
  public func read(_ path: DiskPath, bytesMax: Int) throws -> [UInt8] {
    let handle = try calls.openFile(path)
    defer { calls.close(handle) }
    let sizeBytes = try calls.sizeBytes(of: handle)
    guard sizeBytes <= UInt64(bytesMax) else {
      throw DiskError(
        .tooLarge, at: path, "the file has \(sizeBytes) bytes, at most \(bytesMax) are expected")
    }
    return try read(handle, offset: 0, count: Int(sizeBytes))
  }

  /// Exactly so many bytes from an offset on.
  public func read(_ path: DiskPath, offset: UInt64, count: Int) throws -> [UInt8] {
    let handle = try calls.openFile(path)
    defer { calls.close(handle) }
    // The size is asked before memory is taken, so that a false count costs nothing.
    let sizeBytes = try calls.sizeBytes(of: handle)
    guard count >= 0, offset <= sizeBytes, UInt64(count) <= sizeBytes - offset else {
      throw DiskError(
        .truncated, at: path, "the file has \(sizeBytes) bytes, \(count) are wanted at \(offset)")
    }
    let bytes = try read(handle, offset: offset, count: count)
    guard bytes.count == count else {
      throw DiskError(.truncated, at: path, "the file was cut short while it was read")
    }
    return bytes
  }

  /// What is in a folder, by name; temporary files are left out.
  public func list(_ folder: DiskPath) throws -> [DiskItem] {
    let names = try calls.names(in: folder).filter { !TemporaryName.matches($0) }
    let sorted = names.sorted { $0.lexicographicallyPrecedes($1) }
    return try sorted.compactMap { try calls.item(at: folder.appending($0)) }
  }

  /// What is at a path; nil for nothing.
  public func item(at path: DiskPath) throws -> DiskItem? { try calls.item(at: path) }

  /// What tells a file from every copy of it; nil for nothing.
  public func identity(of path: DiskPath) throws -> [UInt8]? { try calls.identity(of: path) }

  /// How many bytes this process may still write.
  public func freeBytes(in folder: DiskPath) throws -> UInt64 {
    try calls.freeBytes(in: folder)
  }

  private func read(_ handle: DiskHandle, offset: UInt64, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      while filled < count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: raw[filled..<count])
        let got = try calls.read(into: rest, at: offset + UInt64(filled), from: handle)
        if got == 0 { break }
        filled += got
      }
    }
  }
}
