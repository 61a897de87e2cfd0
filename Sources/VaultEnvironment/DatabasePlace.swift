/// Where a database of this disk lies.
public enum DatabasePlace: Sendable {
  /// In the file of this name.
  case file(String)
  /// In memory, for as long as the slot lives: the database of a simulated machine.
  case memory(DatabaseSlot)
}
