/// The byte form of batches, docs/spec/crdt.md, "Batch bytes".
///
/// One header, then seven streams of numbers and bytes. Short batches interleave the streams
/// (*rows*: nothing but the numbers themselves); from `columnsFrom` operations on each stream
/// stands alone with its length before it (*columns*: like beside like, which a compressor wants).
/// Reader and writer are the same code for both forms: rows are seven streams that are one.
enum BatchForm: UInt8 {
  case rows = 1
  case columns = 2

  static let columnsFrom = 1_024
  static let streamCount = 7

  init(operationCount: Int) {
    self = operationCount < Self.columnsFrom ? .rows : .columns
  }
}

/// The streams, in the order in which columns are written.
enum BatchStream: Int {
  case kinds = 0
  case codes = 1
  case counters = 2
  case sizes = 3
  case attributes = 4
  case names = 5
  case values = 6
}
