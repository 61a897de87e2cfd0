/// Why text is no size.
public enum ByteSizeError: Error, Hashable, Sendable {
  /// There is no number, or more than a number and a unit.
  case notANumber
  /// The unit is none of `B`, `kB`…`PB`, `KiB`…`PiB`.
  case unknownUnit
  /// The number does not fit in 63 bits.
  case tooLarge
}

extension ByteSizeError: CustomStringConvertible {
  /// A sentence with an example.
  public var description: String {
    switch self {
    case .notANumber: "not a size; write a number and a unit, such as 10GiB"
    case .unknownUnit: "an unknown unit; use B, kB, MB, GB, TB, PB or KiB, MiB, GiB, TiB, PiB"
    case .tooLarge: "a size beyond 8 EiB"
    }
  }
}
