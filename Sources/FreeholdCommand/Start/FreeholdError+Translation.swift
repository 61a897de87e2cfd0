import Freehold
import VaultCrypto
import VaultEncoding
import VaultEnvironment
import VaultFolder
import VaultPacking
import VaultPolicy
import VaultSealing
import VaultStore
import VaultSync

extension FreeholdError {
  /// The one place where an error of any layer becomes a code and a sentence.
  init(translating error: any Error) {
    switch error {
    case let error as FreeholdError: self = error
    case is CancellationError: self.init(.interrupted, "interrupted")
    case let renewed as HomeRenewed:
      self.init(.partial, renewed.description, hint: "freehold sync goes on from there")
    case let error as StoreError: self = Self.of(error)
    case let error as DiskError: self = Self.of(error)
    case let error as FolderError: self = Self.of(error)
    case let error as CryptoError: self = Self.of(error)
    case let error as PolicyError: self = Self.of(error)
    case let error as UCANError: self.init(.refused, error.sentence)
    case let error as NetworkError: self = Self.of(error)
    case let error as SealingError: self.init(.tampered, error.message, hint: Self.checkHint)
    case let error as PackingError: self.init(.tampered, error.sentence, hint: Self.checkHint)
    case let error as VaultSync.Refusal:
      self.init(error.code == .quota ? .noSpace : .refused, "a node refuses: \(error.message)")
    case let error as MessageError:
      self.init(.tampered, "what came is not the protocol: \(Self.words(error))")
    case let error as ByteSizeError: self.init(.usage, "\(error)")
    case let error as TimeExpressionError: self.init(.usage, "\(error)")
    case let error as DIDError: self.init(.usage, "that is not a name of a vault or node: \(error)")
    default: self.init(.failed, "\(error)", hint: "freehold doctor looks for the cause")
    }
  }

  private static let checkHint = "freehold check names the files that are affected"

  private static let storeHint =
    "the nodes have all that was synced: link this device anew from another one with "
    + "freehold join, or freehold recover, into another home"

  private static func of(_ error: StoreError) -> FreeholdError {
    switch error.code {
    case .busy: FreeholdError(.busy, error.sentence, hint: "wait until it is done, then try again")
    case .noSpace: FreeholdError(.noSpace, error.sentence, hint: "make room on this disk")
    case .corrupt: FreeholdError(.tampered, error.sentence, hint: storeHint)
    case .notFound: FreeholdError(.noSuchVault, error.sentence, hint: storeHint)
    case .newerFormat:
      FreeholdError(.failed, error.sentence, hint: "install the newer version of freehold")
    case .denied:
      FreeholdError(.failed, error.sentence, hint: "whose files are they? freehold doctor")
    default: FreeholdError(.failed, error.sentence, hint: "freehold doctor looks for the cause")
    }
  }

  private static func of(_ error: DiskError) -> FreeholdError {
    switch error.code {
    case .noSpace: FreeholdError(.noSpace, error.sentence, hint: "make room on this disk")
    case .busy: FreeholdError(.busy, error.sentence, hint: "wait until it is done, then try again")
    case .denied:
      FreeholdError(.failed, error.sentence, hint: "whose files are they? freehold doctor")
    case .invalidPath: FreeholdError(.usage, error.sentence)
    default: FreeholdError(.failed, error.sentence, hint: "freehold doctor looks for the cause")
    }
  }

  private static func of(_ error: FolderError) -> FreeholdError {
    switch error.code {
    case .noSpace: FreeholdError(.noSpace, "\(error)", hint: "make room on this disk")
    case .notFound: FreeholdError(.noSuchVault, "\(error)")
    default: FreeholdError(.failed, "\(error)", hint: "freehold doctor looks for the cause")
    }
  }

  private static func of(_ error: CryptoError) -> FreeholdError {
    switch error.code {
    case .passphraseWrong, .passphraseNeeded: FreeholdError(.locked, error.message)
    case .phraseLength, .phraseWord, .phraseChecksum:
      FreeholdError(.usage, error.message, hint: "compare with the recovery sheet")
    case .keyFileBroken:
      FreeholdError(
        .tampered, error.message, hint: "restore it from a backup, or freehold recover")
    case .memoryShort:
      FreeholdError(.failed, error.message, hint: "the passphrase needs memory to be checked")
    default: FreeholdError(.tampered, error.message, hint: checkHint)
    }
  }

  private static func of(_ error: PolicyError) -> FreeholdError {
    switch error.code {
    case .notAuthorised, .cannotAuthor, .full: FreeholdError(.refused, error.sentence)
    default: FreeholdError(.tampered, error.sentence)
    }
  }

  private static func of(_ error: NetworkError) -> FreeholdError {
    switch error.code {
    case .certificateRefused:
      FreeholdError(
        .tampered, error.sentence,
        hint: "somebody may stand in between; ask the host for a new invitation")
    case .cancelled: FreeholdError(.interrupted, "interrupted")
    default: FreeholdError(.offline, error.sentence, hint: "freehold node probe shows which answer")
    }
  }

  /// What is wrong with a message, without the names of types.
  static func words(_ error: MessageError) -> String {
    switch error {
    case .encoding(let text), .keys(let text), .field(let text), .limit(let text): text
    }
  }
}
