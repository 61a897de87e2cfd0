import VaultEnvironment
import VaultSync

/// Why an exchange with a node failed, in terms of what a person can do.
struct NodeTrouble: Hashable, Sendable {
  /// The exit code that goes with it.
  let code: FreeholdError.Code
  /// What happened, with the node's name.
  let message: String
  /// What to do.
  let hint: String?

  /// Translates an error of an exchange.
  init(_ error: any Error, name: String, url: String) {
    switch error {
    case let refusal as Refusal:
      (code, message, hint) = Self.explain(refusal, name: name)
    case let failure as NetworkError where failure.code == .certificateRefused:
      code = .tampered
      message = "\(name) at \(url) does not show the certificate of its record"
      hint = "somebody may stand in between; ask the host for a new invitation"
    case is NetworkError: (code, message, hint) = Self.unreachable(name, url: url)
    case let failure as FreeholdError:
      (code, message, hint) = (failure.code, failure.message, failure.hint)
    case let failure as MessageError:
      code = .tampered
      message = "\(name) answered with something that is not the protocol: \(failure)"
      hint = "is it a newer version? freehold version"
    default:
      code = .failed
      message = "\(name): \(error)"
      hint = nil
    }
  }

  /// Translates an error of an exchange with a node of the vault.
  init(_ error: any Error, at client: NodeClient) {
    self.init(error, name: client.name, url: client.url)
  }

  /// A node does not answer.
  init(unreachable client: NodeClient) {
    (code, message, hint) = Self.unreachable(client.name, url: client.url)
  }

  private static func unreachable(
    _ name: String, url: String
  ) -> (FreeholdError.Code, String, String?) {
    (.offline, "\(name) at \(url) cannot be reached", "is it running? freehold sync tries again")
  }

  private static func explain(
    _ refusal: Refusal, name: String
  ) -> (FreeholdError.Code, String, String?) {
    switch refusal.code {
    case .quota:
      (.noSpace, "\(name): \(refusal.message)", "ask the host for more, or delete something")
    case .stopping:
      (.offline, "\(name) takes nothing now: \(refusal.message)", "freehold sync tries again")
    case .refused:
      (
        .refused, "\(name) refuses: \(refusal.message)",
        "was this device revoked, or a folder taken back? another device, or who shared it, tells"
      )
    case .unauthorized:
      (
        .refused, "\(name) does not accept this device's request: \(refusal.message)",
        "freehold node probe shows how it answers; its clock shows \(refusal.time)"
      )
    default:
      (.failed, "\(name): \(refusal.message)", nil)
    }
  }

  /// The same as an error.
  var asError: FreeholdError { FreeholdError(code, message, hint: hint) }
}
