/// Words of neighbouring tools that people type by habit, and ours in their place.
enum Habits {
  private static let ours = [
    "push": "freehold sync brings what is new to the nodes, and fetches",
    "pull": "freehold sync fetches what is new from the nodes, and brings",
    "fetch": "freehold sync fetches what is new from the nodes, and brings",
    "backup": "freehold sync saves the folder to the nodes",
    "commit": "freehold sync takes the folder in as it is",
    "add": "freehold sync takes up new files by itself; freehold node add adds a node",
    "snapshots": "freehold log shows what happened; freehold ls --at T what there was",
    "history": "freehold log shows what happened",
    "list": "freehold ls lists files, freehold node list nodes",
    "dir": "freehold ls lists files",
    "clone": "freehold join CODE DIR adds a device, freehold recover DIR starts from the 24 words",
    "remote": "freehold node add|list|remove",
    "get": "freehold restore PATH --to DIR, or freehold cat PATH",
    "rm": "delete the file in the folder, then freehold sync; it stays restorable",
    "mv": "move the file in the folder, then freehold sync",
    "undo": "freehold restore PATH --to DIR --at T",
    "verify": "freehold check",
    "fsck": "freehold check",
    "login": "freehold unlock keeps the keys open for a while",
    "logout": "freehold lock closes the keys",
    "info": "freehold status",
  ]

  /// What to type instead; nil for a word that nobody types by habit.
  static func hint(for word: String) -> String? { ours[word.lowercased()] }
}
