import ArgumentParser

/// `freehold`: the verbs.
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "freehold",
    abstract: "Keep folders on other people's disks: encrypted, versioned, in step.",
    subcommands: [
      InitCommand.self, StatusCommand.self, SyncCommand.self, ListCommand.self, CatCommand.self,
      LogCommand.self, DiffCommand.self, RestoreCommand.self, ConflictsCommand.self,
      ResolveCommand.self, CheckCommand.self, ExportCommand.self, LinkCommand.self,
      JoinCommand.self, RecoverCommand.self, DeviceCommand.self, NodeCommand.self,
      RedundancyCommand.self, CardCommand.self, ContactCommand.self, GrantCommand.self,
      AcceptCommand.self, GrantsCommand.self, WhyCommand.self, PolicyCommand.self,
      RevokeCommand.self, RevocationsCommand.self, ReencryptCommand.self,
      QuarantineCommand.self,
      ServiceCommand.self, UnlockCommand.self, LockCommand.self,
      DoctorCommand.self, VersionCommand.self, CompletionCommand.self,
      AgentCommand.self,
    ], helpNames: [.short, .long])
}
