import CIsal

/// The calls into ISA-L that move bytes.
enum Kernel {
  /// Sums of the sources: result r is Σ factors[r·k + j] · sources[j], byte by byte.
  ///
  /// - Precondition: each of the k sources has `length` bytes, which is positive and below 2^31,
  ///   and there are rows · k factors.
  static func combine(
    _ sources: [UnsafePointer<UInt8>], by factors: [UInt8], rows: Int, length: Int
  ) -> [[UInt8]] {
    precondition(rows > 0 && factors.count == rows * sources.count && length > 0)
    let count = sources.count
    var factors = factors
    var tables = [UInt8](repeating: 0, count: 32 * factors.count)
    ec_init_tables(Int32(count), Int32(rows), &factors, &tables)
    // ISA-L only reads the sources, whatever its header says.
    var inputs = sources.map { Optional(UnsafeMutablePointer(mutating: $0)) }
    return withFreshArrays(rows, length: length) { outputs in
      var outputs = outputs
      ec_encode_data(Int32(length), Int32(count), Int32(rows), &tables, &inputs, &outputs)
    }
  }

  /// `combine` for sources that are arrays.
  static func combine(
    _ sources: [[UInt8]], by factors: [UInt8], rows: Int, length: Int
  ) -> [[UInt8]] {
    precondition(sources.allSatisfy { $0.count == length })
    return withPointers(to: sources[...]) { pointers in
      combine(pointers, by: factors, rows: rows, length: length)
    }
  }

  /// Calls `body` with the addresses of all arrays; as deep as there are arrays, 32 at most.
  static func withPointers<Result>(
    to arrays: ArraySlice<[UInt8]>, _ before: [UnsafePointer<UInt8>] = [],
    _ body: ([UnsafePointer<UInt8>]) -> Result
  ) -> Result {
    guard let first = arrays.first else { return body(before) }
    return first.withUnsafeBufferPointer { buffer in
      withPointers(to: arrays.dropFirst(), before + [buffer.baseAddress].compactMap(\.self), body)
    }
  }

  /// New arrays whose bytes `body` writes, without a copy; as deep as there are arrays.
  private static func withFreshArrays(
    _ count: Int, length: Int, _ before: [UnsafeMutablePointer<UInt8>?] = [],
    _ body: ([UnsafeMutablePointer<UInt8>?]) -> Void
  ) -> [[UInt8]] {
    guard count > 0 else {
      body(before)
      return []
    }
    var rest: [[UInt8]] = []
    let first = [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
      rest = withFreshArrays(
        count - 1, length: length, before + [buffer.baseAddress], body)
      initialized = length
    }
    return [first] + rest
  }
}
