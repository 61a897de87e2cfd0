import NIOCore
import NIOPosix
import NIOSSL

/// Says any bytes to a node over TLS, also such as no HTTP client would.
struct RawConnection {
  let port: Int
  let certificate: [UInt8]

  init(url: String, certificate: [UInt8]) {
    port = url.split(separator: ":").last.flatMap { Int($0) } ?? 0
    self.certificate = certificate
  }

  /// Sends text and returns what comes back until the other side closes or falls silent.
  func exchange(_ text: String) async throws -> String {
    let connection = try await connect()
    return try await connection.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: text))
      var answer = ""
      do {
        for try await part in inbound {
          answer += String(buffer: part)
          // One answer is enough: a keep-alive connection would stay open.
          if answer.contains("\r\n\r\n") { break }
        }
      } catch {
        // A connection that ends hard is an answer too.
      }
      return answer
    }
  }

  /// Runs `body` while `count` connections are open.
  func holding(_ count: Int, _ body: () async throws -> Void) async throws {
    var channels: [any Channel] = []
    for _ in 0..<count {
      let context = try context()
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
              NIOSSLClientHandler(context: context, serverHostname: nil))
          }
        }.connect(host: "127.0.0.1", port: port).get()
      try await channel.writeAndFlush(
        ByteBuffer(string: "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"))
      channels.append(channel)
    }
    do {
      try await body()
    } catch {
      for channel in channels { try? await channel.close() }
      throw error
    }
    for channel in channels { try? await channel.close() }
  }

  private func context() throws -> NIOSSLContext {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates([try NIOSSLCertificate(bytes: certificate, format: .der)])
    tls.certificateVerification = .noHostnameVerification
    return try NIOSSLContext(configuration: tls)
  }

  private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
    let context = try context()
    return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            NIOSSLClientHandler(context: context, serverHostname: nil))
          return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
        }
      }
  }
}
