import Foundation

extension GradientReport {
  /// The report as JSON, keys in order; NaN and infinity as the strings `nan`, `inf` and `-inf`.
  public func json() throws -> String { try reportJSON(self) }

  /// A report read from `json()`.
  /// - Throws: `DecodingError` for anything else.
  public init(json: String) throws { self = try decodedReport(GradientReport.self, from: json) }
}

func reportJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

func decodedReport<Value: Decodable>(_ type: Value.Type, from json: String) throws -> Value {
  let decoder = JSONDecoder()
  decoder.nonConformingFloatDecodingStrategy = .convertFromString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return try decoder.decode(type, from: Data(json.utf8))
}
