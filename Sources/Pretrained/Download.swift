import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A file fetched from an address into a folder: it appears there whole and with the right hash, or not
/// at all. What has come of a download that was cut off is kept beside it and continued the next time.
public struct Download: Sendable {
  public let address: String
  public let target: URL
  public let hashPrefix: String

  /// - Parameter hashPrefix: The hexadecimal digits that the file's SHA-256 begins with.
  public init(from address: String, to target: URL, hashPrefix: String) {
    (self.address, self.target, self.hashPrefix) = (address, target, hashPrefix)
  }

  /// Where the file grows.
  var part: URL { target.appendingPathExtension("part") }

  /// - Parameter progress: Called with the bytes that are there and all there will be, once known.
  /// - Throws: `DownloadError`, saying whether it can be continued.
  public func run(progress: @escaping @Sendable (_ bytes: Int, _ total: Int?) -> Void) throws {
    guard let url = URL(string: address), ["http", "https"].contains(url.scheme) else {
      throw DownloadError("\(address): is not an address that begins with http or https")
    }
    let manager = FileManager.default
    do {
      try manager.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      if !manager.fileExists(atPath: part.path) { try Data().write(to: part) }
      let file = try FileHandle(forUpdating: part)
      defer { try? file.close() }
      // A device has no end.
      let already = (try? file.seekToEnd()) ?? 0
      try Receiver(file, already: Int(already), progress).fetch(url)
    } catch let error as DownloadError {
      throw error.at(address, keeping: part)
    } catch {
      throw DownloadError("\(part.path): cannot be written: \(reason(error))")
    }
    try verify()
    guard rename(part.path, target.path) == 0 else {
      throw DownloadError("\(target.path): cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  /// Deletes what has come when its hash is not the expected one: it can only be begun again.
  private func verify() throws {
    var hash = SHA256()
    do {
      let file = try FileHandle(forReadingFrom: part)
      defer { try? file.close() }
      while let data = try file.read(upToCount: 1 << 20), !data.isEmpty { hash.update(data) }
    } catch {
      throw DownloadError("\(part.path): cannot be read: \(reason(error))")
    }
    guard hash.digits.hasPrefix(hashPrefix) else {
      try? FileManager.default.removeItem(at: part)
      throw DownloadError(
        "\(address): is not the expected file: its SHA-256 should begin with \(hashPrefix), it is "
          + "\(hash.digits); what came was deleted")
    }
  }
}

/// Why a file was not fetched, in one line.
public struct DownloadError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }

  fileprivate func at(_ address: String, keeping part: URL) -> DownloadError {
    DownloadError(
      "\(address): \(description); what has come is kept in \(part.path), run the same command again "
        + "to go on")
  }
}

private func reason(_ error: any Error) -> String {
  if (error as? CocoaError)?.code == .fileWriteOutOfSpace { return "the disk is full" }
  let cause = error as NSError
  let underlying = cause.userInfo[NSUnderlyingErrorKey] as? NSError ?? cause
  return underlying.domain == NSPOSIXErrorDomain
    ? String(cString: strerror(Int32(underlying.code))) : cause.localizedDescription
}

/// Writes what comes to the end of a file as it comes.
private final class Receiver: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  private let file: FileHandle
  private let progress: @Sendable (Int, Int?) -> Void
  private let done = DispatchSemaphore(value: 0)
  private var bytes: Int
  private var total: Int?
  private var failure: (any Error)?

  init(_ file: FileHandle, already: Int, _ progress: @escaping @Sendable (Int, Int?) -> Void) {
    (self.file, bytes, self.progress) = (file, already, progress)
  }

  /// Returns when all has come.
  func fetch(_ url: URL) throws {
    var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
    if bytes > 0 { request.setValue("bytes=\(bytes)-", forHTTPHeaderField: "Range") }
    // A server that compresses on the way would make the lengths meaningless.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    let session = URLSession(configuration: .ephemeral, delegate: self, delegateQueue: nil)
    session.dataTask(with: request).resume()
    done.wait()
    session.invalidateAndCancel()
    if let failure { throw failure }
    if let total, bytes < total {
      throw DownloadError("the connection was cut after \(bytes) of \(total) bytes")
    }
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    let length = response.expectedContentLength
    do {
      switch (response as? HTTPURLResponse)?.statusCode ?? 0 {
      case 206: break
      case 200:
        // The whole file, also where a part of it was asked for.
        if bytes > 0 { try file.truncate(atOffset: 0) }
        bytes = 0
      case 416:
        // Nothing is missing.
        return completionHandler(.cancel)
      case let status: throw DownloadError("the server answered with status \(status)")
      }
      total = length >= 0 ? bytes + Int(length) : nil
      completionHandler(.allow)
    } catch {
      failure = error
      completionHandler(.cancel)
    }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard failure == nil else { return }
    do {
      try file.write(contentsOf: data)
      bytes += data.count
      progress(bytes, total)
    } catch {
      failure = error
      dataTask.cancel()
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    let isOwnDoing = (error as? URLError)?.code == .cancelled
    if failure == nil, let error, !isOwnDoing {
      failure = DownloadError(
        bytes > 0 && total != nil
          ? "the connection was cut after \(bytes) of \(total ?? 0) bytes"
          : "cannot be reached: \(error.localizedDescription)")
    }
    done.signal()
  }
}
