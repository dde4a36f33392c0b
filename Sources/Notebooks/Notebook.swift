import Foundation

/// A Jupyter notebook, format 4: what a course needs of it.
///
/// Source: https://nbformat.readthedocs.io/en/latest/format_description.html
public struct Notebook: Decodable, Sendable {
  public struct Cell: Decodable, Sendable {
    public enum Kind: String, Decodable, Sendable { case code, markdown, raw }

    public let kind: Kind
    /// The text, its lines joined.
    public let source: String
    /// Whether the cell was stored with the results of a run.
    public let hasOutputs: Bool

    enum CodingKeys: String, CodingKey {
      case kind = "cell_type"
      case executionCount = "execution_count"
      case source, outputs
    }

    private struct Output: Decodable {}

    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      kind = try values.decode(Kind.self, forKey: .kind)
      // The format allows one string or a list of lines.
      if let lines = try? values.decode([String].self, forKey: .source) {
        source = lines.joined()
      } else {
        source = try values.decode(String.self, forKey: .source)
      }
      let outputs = try values.decodeIfPresent([Output].self, forKey: .outputs) ?? []
      let executionCount = try values.decodeIfPresent(Int.self, forKey: .executionCount)
      hasOutputs = !outputs.isEmpty || executionCount != nil
    }
  }

  public let cells: [Cell]
  /// The language that the notebook's kernel executes.
  public let language: String?

  private enum CodingKeys: String, CodingKey { case cells, metadata }
  private struct Metadata: Decodable {
    struct Kernel: Decodable { var language: String? }
    var kernelspec: Kernel?
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    cells = try values.decode([Cell].self, forKey: .cells)
    language = try values.decodeIfPresent(Metadata.self, forKey: .metadata)?.kernelspec?.language
  }

  public init(contentsOf file: URL) throws {
    self = try JSONDecoder().decode(Notebook.self, from: Data(contentsOf: file))
  }

  /// All code cells in order as one Swift script. The compiler names an error's place as
  /// `NAME cell 7:2`, cells counted from 1 over all kinds, lines within the cell.
  public func script(name: String) -> String {
    cells.enumerated().filter { $0.element.kind == .code }.map { index, cell in
      """
      #sourceLocation(file: "\(name) cell \(index + 1)", line: 1)
      \(cell.source)

      """
    }.joined()
  }
}
