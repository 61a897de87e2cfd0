import ArgumentParser
import StorageNode
import VaultEncoding
import VaultEnvironment

/// `freehold-node init`: makes a node in an empty folder.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a node: keys, certificate and node.toml in a new folder.",
    discussion: """
      freehold-node init --data /srv/freehold --size 100GiB \\
        --listen 0.0.0.0:7400 --url https://node.example:7400
      """)

  @OptionGroup var options: DataOptions

  @Option(help: ArgumentHelp("Bytes for all tenants together.", valueName: "size"))
  var size: SizeArgument

  @Option(help: ArgumentHelp("Where to listen.", valueName: "address:port"))
  var listen = ListenAddress(host: "127.0.0.1", port: 7_400)

  @Option(help: ArgumentHelp("What clients connect to, if not https://<listen>.", valueName: "url"))
  var url: [String] = []

  @Option(help: "The region, for placement.")
  var region: String?

  @Option(help: "Who runs the node, for placement.")
  var `operator`: String?

  func run() throws {
    let configuration = NodeConfiguration(
      sizeBytes: size.bytes, listen: listen, urls: url, region: region, operatorName: `operator`)
    let home = try NodeHome.create(
      at: options.folder, configuration: configuration, environment: .live())
    if options.json {
      Output.data(
        JSON.object([
          ("did", .text(home.did.text)), ("data", .text(options.data)),
          ("sizeBytes", .number(size.bytes)), ("listen", .text(listen.description)),
        ]).text)
    } else {
      Output.data("node \(home.did.text) in \(options.data)")
      Output.talk("next: freehold-node invite --data \(options.data) --quota 10GiB")
      Output.talk("and:  freehold-node serve --data \(options.data)")
    }
  }
}
