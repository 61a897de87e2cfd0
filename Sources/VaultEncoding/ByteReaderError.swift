/// Why a `ByteReader` could not read what was asked of it.
public enum ByteReaderError: Error, Hashable, Sendable {
  /// The bytes end before the thing that was to be read.
  case truncated
  /// Bytes are left where none should be.
  case trailingBytes
  /// A number has more than 64 bits.
  case numberTooLarge
  /// A number has a shorter form.
  case notShortest
  /// A count or length is above the limit that the reader was given.
  case overLimit
  /// Text is not valid UTF-8.
  case invalidUTF8
}
