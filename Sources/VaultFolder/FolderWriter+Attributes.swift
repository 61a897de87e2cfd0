internal import CPlatform

extension FolderWriter {
  /// Sets attributes of an open file or folder; gives what could not be set.
  ///
  /// The order matters: attributes need the right to write, which the permissions may take away;
  /// the time comes last because nothing after it moves it.
  func apply(
    _ attributes: FileAttributes, to file: Descriptor, at path: FolderPath
  ) -> [FolderError] {
    var errors: [FolderError] = []
    func note(_ result: some SignedInteger, _ action: String) {
      if result < 0 { errors.append(FolderError(result: result, at: path, action: action)) }
    }
    if let extended = attributes.extended {
      errors += whileWritable(file, attributes) { apply(extended, to: file, at: path) }
    }
    if let permissions = attributes.permissions {
      note(freehold_set_mode(file.number, permissions & options.permissionMask), "set mode of")
    }
    if let modified = attributes.modified {
      let nanoseconds = Int64(modified.nanoseconds)
      note(freehold_set_modified(file.number, nil, modified.seconds, nanoseconds), "set time of")
    }
    return errors
  }

  /// Lets the owner write for the moment when the permissions do not.
  private func whileWritable(
    _ file: Descriptor, _ attributes: FileAttributes, _ body: () -> [FolderError]
  ) -> [FolderError] {
    let errors = body()
    guard errors.contains(where: { $0.code == .noPermission }), let stat = try? file.stat(nil),
      stat.permissions & 0o600 != 0o600,
      freehold_set_mode(file.number, stat.permissions | 0o600) >= 0
    else { return errors }
    defer { _ = freehold_set_mode(file.number, stat.permissions) }
    return body()
  }

  /// Makes the user attributes these and no others.
  private func apply(
    _ wanted: [ExtendedAttribute], to file: Descriptor, at path: FolderPath
  ) -> [FolderError] {
    let present: [ExtendedAttribute]
    do throws(FolderError) {
      present = try ExtendedAttributes(of: file, at: path).kept
    } catch {
      return wanted.isEmpty && error.code == .unsupported ? [] : [error]
    }
    var errors: [FolderError] = []
    func note(_ result: Int32) {
      guard result < 0 else { return }
      errors.append(FolderError(result: result, at: path, action: "set attributes of"))
    }
    for attribute in present where !wanted.contains(where: { $0.name == attribute.name }) {
      note(withCName(attribute) { freehold_remove_attribute(file.number, $0) })
    }
    for attribute in wanted where !present.contains(attribute) {
      note(
        withCName(attribute) { name in
          attribute.value.withUnsafeBytes {
            freehold_set_attribute(file.number, name, $0.baseAddress, $0.count)
          }
        })
    }
    return errors
  }

  private func withCName(
    _ attribute: ExtendedAttribute, _ body: (UnsafePointer<CChar>) -> Int32
  ) -> Int32 {
    body(attribute.name.map { CChar(bitPattern: $0) } + [0])
  }
}
