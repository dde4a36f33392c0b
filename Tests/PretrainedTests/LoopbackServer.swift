import Foundation

/// A web server on this machine that serves one file, as well or badly as a test wants it.
final class LoopbackServer: @unchecked Sendable {
  struct Answer {
    var status = 200
    var headers: [String: String] = [:]
    var body = Data()
    /// Closes the connection after so many bytes of the body.
    var cutAfter: Int?
  }

  /// What one client asked for.
  struct Request: Equatable {
    var path: String
    var range: String?
  }

  private let socket: Int32
  private let answer: @Sendable (Request) -> Answer
  private let lock = NSLock()
  private var received: [Request] = []
  let address: String

  var requests: [Request] { lock.withLock { received } }

  init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
    self.answer = answer
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = socket
    let isBound = withUnsafeMutablePointer(to: &place) { place in
      place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        bind(descriptor, place, length) == 0 && listen(descriptor, 8) == 0
          && getsockname(descriptor, place, &length) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
    Thread.detachNewThread { [weak self] in
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0, let self else { return }
        self.serve(client)
        close(client)
      }
    }
  }

  func stop() {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  /// Serves a file as a good server does, with ranges.
  static func serving(_ file: Data) throws -> LoopbackServer {
    try LoopbackServer { request in
      guard let first = request.range?.firstMatch(of: /bytes=([0-9]+)-/).flatMap({ Int($0.1) })
      else { return Answer(body: file) }
      guard first < file.count else { return Answer(status: 416) }
      return Answer(
        status: 206,
        headers: ["Content-Range": "bytes \(first)-\(file.count - 1)/\(file.count)"],
        body: file.dropFirst(first))
    }
  }

  private func serve(_ client: Int32) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !bytes.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
      let count = read(client, &buffer, buffer.count)
      guard count > 0 else { return }
      bytes += buffer[..<count]
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
    let range = lines.first { $0.lowercased().hasPrefix("range:") }
    let words = lines.first?.split(separator: " ") ?? []
    let request = Request(
      path: words.count > 1 ? String(words[1]) : "",
      range: range.map { $0.dropFirst(6).trimmingCharacters(in: .whitespaces) })
    lock.withLock { received.append(request) }
    let answer = answer(request)
    var head = "HTTP/1.1 \(answer.status) Answer\r\nContent-Length: \(answer.body.count)\r\n"
    for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
    head += "Connection: close\r\n\r\n"
    let all = Data(head.utf8) + answer.body.prefix(answer.cutAfter ?? answer.body.count)
    all.withUnsafeBytes { all in
      var sent = 0
      while sent < all.count {
        let count = send(
          client, all.baseAddress?.advanced(by: sent), all.count - sent,
          Int32(MSG_NOSIGNAL))
        guard count > 0 else { return }
        sent += count
      }
    }
  }
}
