@testable import VaultPacking

/// An error to compare with: equality is on the code.
func code(_ code: PackingError.Code) -> PackingError {
  PackingError(code, "")
}
