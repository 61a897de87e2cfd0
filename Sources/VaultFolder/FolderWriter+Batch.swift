extension FolderWriter {
  /// More drafts than this are synced together with all else on their file system.
  private static let syncedSinglyMax = 8

  /// Finishes several files: all are complete and on the disk before the first of them takes its
  /// place.
  ///
  /// One file that cannot be finished stops no other. The results are in the order of the drafts.
  public func finish(
    _ drafts: [(draft: FileDraft, attributes: FileAttributes)]
  ) -> [Result<Written, FolderError>] {
    var completed = drafts.map { item in
      Result { () throws(FolderError) in try item.draft.complete(item.attributes) }
    }
    var synced: Set<UInt64> = []
    for (number, item) in drafts.enumerated() {
      completed[number] = completed[number].after { () throws(FolderError) in
        guard drafts.count > FolderWriter.syncedSinglyMax else { return try item.draft.sync() }
        let device = try item.draft.device()
        if !synced.contains(device) { try item.draft.syncFileSystem() }
        synced.insert(device)
      }
    }
    return zip(drafts, completed).map { item, completed in
      let result = Result { () throws(FolderError) in
        try item.draft.putIntoPlace(try completed.get())
      }
      item.draft.discard()
      return result
    }
  }
}

extension Result where Failure == FolderError {
  /// This success after something more was done, or the first failure.
  fileprivate func after(_ body: () throws(FolderError) -> Void) -> Result {
    guard case .success = self else { return self }
    do throws(FolderError) {
      try body()
      return self
    } catch {
      return .failure(error)
    }
  }
}
