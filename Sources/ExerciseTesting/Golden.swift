import Foundation
import Tensors

/// Values that an independent implementation computed, read from `Goldens/NAME.json` beside the
/// suite: `{"x": {"shape": [2, 3], "values": […]}, …}`. The script that wrote them stands there too.
public struct Golden {
  private struct Entry: Decodable {
    var shape: [Int]
    var values: [Double]
  }

  private let file: URL
  private let entries: [String: Entry]

  /// - Parameter suite: The suite's own file; the default is right.
  public init(_ name: String, suite: String = #filePath) throws {
    file = URL(fileURLWithPath: suite).deletingLastPathComponent()
      .appendingPathComponent("Goldens/\(name).json")
    entries = try JSONDecoder().decode([String: Entry].self, from: Data(contentsOf: file))
  }

  /// A tensor by name, in the precision that the call asks for.
  public func tensor<Scalar: TensorScalar>(_ name: String) throws -> Tensor<Scalar> {
    let entry = try entry(name)
    return try Tensor(entry.values.map { Scalar($0) }, shape: entry.shape)
  }

  /// A tensor of whole numbers by name.
  public func integers(_ name: String) throws -> Tensor<Int> {
    let entry = try entry(name)
    return try Tensor(entry.values.map { Int($0) }, shape: entry.shape)
  }

  /// A single number by name.
  public func number(_ name: String) throws -> Double {
    try (tensor(name) as Tensor<Double>).scalar()
  }

  private func entry(_ name: String) throws -> Entry {
    guard let entry = entries[name] else {
      throw RecordingError("\(file.path) has no “\(name)”; it has \(entries.keys.sorted())")
    }
    return entry
  }
}

/// An element of a list that an exercise returned, which may be too short.
/// - Throws: `RecordingError` instead of trapping.
public func element<Element>(_ index: Int, of list: [Element]) throws -> Element {
  guard list.indices.contains(index) else {
    throw RecordingError("the list has \(list.count) elements, expected more than \(index)")
  }
  return list[index]
}

/// A value of a dictionary that an exercise returned, which may lack it.
/// - Throws: `RecordingError` instead of trapping.
public func element<Element>(_ key: Int, of table: [Int: Element]) throws -> Element {
  guard let element = table[key] else {
    throw RecordingError("the table has \(table.keys.sorted()), expected \(key) among them")
  }
  return element
}
