// swift-tools-version: 6.2
import PackageDescription

// Freehold: layers import downward only. `swift build --explicit-target-dependency-import-check
// error` proves the arrows below; the tidy tests check what the compiler cannot see.

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

// Asynchronous functions run where their caller runs: an actor's helpers stay on the actor.
let onCaller: [SwiftSetting] = [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]

func layer(
  _ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = []
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict + settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")

let package = Package(
  name: "freehold",
  products: [
    .library(name: "Freehold", targets: ["Freehold"]),
    .library(name: "StorageNode", targets: ["StorageNode"]),
    .library(name: "VaultCRDT", targets: ["VaultCRDT"]),
    .library(name: "FreeholdTestKit", targets: ["FreeholdTestKit"]),
    .executable(name: "freehold", targets: ["FreeholdCommand"]),
    .executable(name: "freehold-node", targets: ["NodeCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // C libraries of the system, and the few calls that Swift's Glibc module does not offer.
    .systemLibrary(
      name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CIsal", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .target(name: "CPlatform"),

    // L0: bytes and their meaning.
    layer("VaultEncoding", []),
    // L1: keys; merge.
    layer("VaultCrypto", ["VaultEncoding", "CSodium", crypto]),
    layer("VaultCRDT", ["VaultEncoding"]),
    // L2: who may; who can read; cut, pack, spread.
    layer("VaultPolicy", ["VaultEncoding", "VaultCrypto"]),
    layer("VaultSealing", ["VaultEncoding", "VaultCrypto"]),
    layer("VaultPacking", ["VaultEncoding", "VaultCrypto", "CZstd", "CIsal"]),
    // The outside world as one value: clock, randomness, disk, network.
    layer("VaultEnvironment", ["VaultEncoding", "CPlatform"]),
    // L3: what is kept; what is said.
    layer(
      "VaultStore",
      [
        "VaultEncoding", "VaultCrypto", "VaultPolicy", "VaultEnvironment", "CPlatform", grdb,
        sqlite,
      ]),
    layer("VaultFolder", ["VaultEncoding", "VaultEnvironment", "CPlatform"]),
    layer("VaultSync", ["VaultEncoding", "VaultCrypto", "VaultPolicy", "VaultPacking"]),
    // L4: the library and the server.
    layer(
      "Freehold",
      [
        "VaultEncoding", "VaultCrypto", "VaultCRDT", "VaultPolicy", "VaultSealing", "VaultPacking",
        "VaultEnvironment", "VaultStore", "VaultFolder", "VaultSync", "CArchive", "CPlatform",
        crypto,
        grdb, logging, nioCore, nioSSL,
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ], settings: onCaller),
    layer(
      "StorageNode",
      [
        "VaultEncoding", "VaultCrypto", "VaultPolicy", "VaultPacking", "VaultEnvironment",
        "VaultStore", "VaultSync", "CPlatform", crypto, grdb, logging, nioCore, nioSSL,
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "X509", package: "swift-certificates"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),
    // L5: the two commands.
    .executableTarget(
      name: "FreeholdCommand",
      dependencies: [
        "Freehold", "VaultEncoding", "VaultCrypto", "VaultEnvironment", "VaultFolder",
        "VaultPacking", "VaultPolicy", "VaultSealing", "VaultStore", "VaultSync", "CPlatform",
        arguments,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "NodeCommand",
      dependencies: [
        "StorageNode", "VaultEncoding", "VaultEnvironment", "CPlatform", arguments, logging,
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),

    // Benchmarks: `make bench` builds and runs them.
    .executableTarget(
      name: "CRDTBench",
      dependencies: ["VaultCRDT", "VaultCrypto", "VaultEncoding", "VaultSealing", "VaultSync"],
      path: "Benchmarks/Sources/CRDTBench", swiftSettings: strict),
    .executableTarget(
      name: "FolderBench", dependencies: ["VaultFolder"],
      path: "Benchmarks/Sources/FolderBench", swiftSettings: strict),
    .executableTarget(
      name: "PackingBench", dependencies: ["VaultPacking", "VaultEncoding"],
      path: "Benchmarks/Sources/PackingBench", swiftSettings: strict),

    // The test kit: vectors, the simulator, a node that misbehaves on purpose.
    layer(
      "FreeholdTestKit",
      [
        "VaultEncoding", "VaultCrypto", "VaultCRDT", "VaultPolicy", "VaultSealing", "VaultPacking",
        "VaultEnvironment", "VaultStore", "VaultFolder", "VaultSync", "Freehold", "StorageNode",
        grdb, nioCore,
      ]),
    // A node that lies, as a process of its own: for the fault suites, never shipped.
    .executableTarget(
      name: "EvilHost",
      dependencies: [
        "FreeholdTestKit", "StorageNode", "VaultEncoding", "VaultEnvironment", logging,
      ],
      path: "Tests/EvilHost", swiftSettings: strict),
    // Who may do what, with its limits of time: on whole vaults and nodes in one process.
    .executableTarget(
      name: "PolicyBench",
      dependencies: [
        "Freehold", "StorageNode", "VaultSync", "VaultPolicy", "VaultCrypto", "VaultEncoding",
        "VaultEnvironment", "FreeholdTestKit",
      ],
      path: "Benchmarks/Sources/PolicyBench", swiftSettings: strict),
    // Many seeds of the simulator in a release build: `make simulate`.
    .executableTarget(
      name: "Simulate", dependencies: ["FreeholdTestKit"], path: "Benchmarks/Sources/Simulate",
      swiftSettings: strict),
    tests("VaultEncodingTests", ["VaultEncoding"]),
    tests("VaultCRDTTests", ["VaultCRDT", "VaultEncoding"]),
    tests("VaultCryptoTests", ["VaultCrypto", "VaultEncoding", crypto]),
    // With the node: it and a slow program written from the text must decide alike.
    tests(
      "VaultPolicyTests",
      ["VaultPolicy", "StorageNode", "VaultSync", "VaultCrypto", "VaultEncoding"]),
    tests("VaultSealingTests", ["VaultSealing", "VaultCrypto", "VaultEncoding"]),
    tests("VaultPackingTests", ["VaultPacking", "VaultCrypto", "VaultEncoding"]),
    tests("VaultEnvironmentTests", ["VaultEnvironment", "VaultEncoding"]),
    tests(
      "VaultStoreTests",
      [
        "VaultStore", "VaultFolder", "VaultEnvironment", "VaultCrypto", "VaultEncoding",
        "FreeholdTestKit", grdb,
      ]),
    tests("VaultFolderTests", ["VaultFolder", "VaultEnvironment", "VaultEncoding"]),
    tests(
      "VaultSyncTests",
      ["VaultSync", "VaultPolicy", "VaultPacking", "VaultCrypto", "VaultEncoding"]),
    tests(
      "StorageNodeTests",
      [
        "StorageNode", "VaultSync", "VaultPolicy", "VaultPacking", "VaultCrypto", "VaultEncoding",
        "VaultEnvironment", "VaultStore", "FreeholdTestKit", logging, nioCore, nioSSL,
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    tests(
      "FreeholdTests",
      [
        "Freehold", "StorageNode", "VaultSync", "VaultPolicy", "VaultCRDT", "VaultPacking",
        "VaultSealing", "VaultCrypto", "VaultEncoding", "VaultEnvironment", "VaultStore",
        "VaultFolder", "FreeholdTestKit",
      ]),
    tests("CommandTests", ["FreeholdCommand", "Freehold", "VaultEncoding", "VaultCrypto"]),
    tests(
      "SimulatorTests",
      [
        "FreeholdTestKit", "Freehold", "StorageNode", "VaultSync", "VaultEnvironment",
        "VaultEncoding",
      ]),
    tests("TidyTests", []),
  ],
  swiftLanguageModes: [.v6]
)
