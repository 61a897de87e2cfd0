public import VaultSync

/// How a node is named to somebody who has nothing yet.
public enum NodeAddress: Sendable {
  /// An `https` address: what answers there says who it is, and is believed after the vault's
  /// policy has named it.
  case url(String)
  /// The record of an invitation.
  case record(NodeRecord)

  private static let scheme = "https://"

  /// Reads an invitation or an address.
  public init(_ typed: String) throws {
    if typed.hasPrefix(Invitation.prefix) {
      do {
        self = .record(try Invitation(line: typed).record)
        return
      } catch {
        throw FreeholdError(
          .usage, "that is no whole invitation", hint: "an address does as well: https://host:port")
      }
    }
    let address = typed.hasPrefix(Self.scheme) ? typed : Self.scheme + typed
    let rest = address.dropFirst(Self.scheme.count)
    guard !rest.isEmpty, address.utf8.count <= SyncLimits.addressBytesMax,
      rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !rest.contains("://")
    else {
      throw FreeholdError(
        .usage, "a node is named by its address or by an invitation",
        hint: "such as https://nas.example.org:7400")
    }
    self = .url(rest.hasSuffix("/") ? String(address.dropLast()) : address)
  }
}
