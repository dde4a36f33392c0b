import Foundation
import Networks

/// Weights that torchvision publishes, and where they are kept once they have been fetched.
public struct PublishedWeights: Sendable {
  /// torchvision's name, for example `squeezenet1_1`.
  public let name: String
  /// The file's name at its address and in the cache; it ends in the first digits of its SHA-256.
  public let fileName: String
  /// About so many.
  public let megabytes: Int
  public let source: String

  public static let all = [
    PublishedWeights(
      name: "squeezenet1_0", fileName: "squeezenet1_0-b66bff10.pth", megabytes: 5,
      source: "torchvision; Iandola et al., 2016"),
    PublishedWeights(
      name: "squeezenet1_1", fileName: "squeezenet1_1-b8a52dc0.pth", megabytes: 5,
      source: "torchvision; Iandola et al., 2016"),
    PublishedWeights(
      name: "vgg16", fileName: "vgg16-397923af.pth", megabytes: 553,
      source: "torchvision; Simonyan and Zisserman, 2015"),
    PublishedWeights(
      name: "vgg19", fileName: "vgg19-dcbb9e9d.pth", megabytes: 575,
      source: "torchvision; Simonyan and Zisserman, 2015"),
  ]

  /// - Throws: `WeightsNotFound` for a name that is not published.
  public static func named(_ name: String) throws -> PublishedWeights {
    guard let found = all.first(where: { $0.name == name }) else {
      throw WeightsNotFound(
        "there are no published weights “\(name)”; there are "
          + all.map(\.name).joined(separator: ", "))
    }
    return found
  }

  /// Where the file is fetched from: torchvision's address, or the folder that the environment
  /// variable `BACKPROP_WEIGHTS_URL` names.
  public var address: String {
    let mirror = ProcessInfo.processInfo.environment["BACKPROP_WEIGHTS_URL"]
    let folder = mirror ?? "https://download.pytorch.org/models"
    return folder + (folder.hasSuffix("/") ? "" : "/") + fileName
  }

  /// The hexadecimal digits that the file's SHA-256 begins with.
  public var hashPrefix: String {
    String(fileName.split(separator: "-").last?.prefix { $0 != "." } ?? "")
  }

  /// Where the file is kept: in `backprop` in the folder for caches that `XDG_CACHE_HOME` names, by
  /// default `~/.cache`.
  public var cached: URL {
    let named = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"] ?? ""
    let folder =
      named.hasPrefix("/")
      ? URL(fileURLWithPath: named, isDirectory: true)
      : FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache")
    return folder.appendingPathComponent("backprop").appendingPathComponent(fileName)
  }

  public var isCached: Bool { FileManager.default.fileExists(atPath: cached.path) }

  /// The file that `--weights` means: the one at that path, or else the fetched one of that name.
  /// - Throws: `WeightsNotFound` where weights of that name have not been fetched yet.
  public static func file(_ pathOrName: String) throws -> URL {
    let file = URL(fileURLWithPath: pathOrName)
    guard !FileManager.default.fileExists(atPath: file.path),
      let published = all.first(where: { $0.name == pathOrName })
    else { return file }
    guard published.isCached else {
      throw WeightsNotFound(
        "\(pathOrName): has not been fetched yet; run `backprop weights fetch \(pathOrName)`, or "
          + "give the path of a file")
    }
    return published.cached
  }
}

/// Weights that are not there, in one line with the way to get them.
public struct WeightsNotFound: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
