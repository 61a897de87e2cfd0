import ArgumentParser
import StorageNode
import VaultEncoding

/// `freehold-node config`: the settings of a node.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check the settings.", subcommands: [Check.self])

  /// `freehold-node config check`: reads node.toml and says what a node would do with it.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read node.toml, keys and certificate; name the line of a mistake.",
      discussion: "freehold-node config check --data /srv/freehold")

    @OptionGroup var options: DataOptions

    func run() throws {
      let home = try options.home()
      let configuration = home.configuration
      if options.json {
        Output.data(
          JSON.object([
            ("did", .text(home.did.text)), ("sizeBytes", .number(configuration.sizeBytes)),
            ("listen", .text(configuration.listen.description)),
            ("urls", .array(configuration.urls.map { .text($0) })),
            ("region", configuration.region.map { .text($0) } ?? .null),
            ("operator", configuration.operatorName.map { .text($0) } ?? .null),
          ]).text)
      } else {
        Output.data("ok: \(home.did.text)")
        Output.data("size \(ByteSize.text(configuration.sizeBytes))")
        Output.data("listen \(configuration.listen)")
      }
    }
  }
}
