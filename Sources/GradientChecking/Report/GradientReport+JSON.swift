import Foundation

extension GradientReport {
  /// The report as JSON with sorted keys. What JSON has no number for stands as a string: `"nan"`,
  /// `"inf"`, `"-inf"`.
  /// - Throws: `EncodingError`; no report has anything that cannot be written.
  public func json() throws -> String { try reportJSON(self) }

  /// Reads what `json()` wrote.
  /// - Throws: `DecodingError` for anything else.
  public init(json: String) throws { self = try decodedReport(GradientReport.self, from: json) }
}

func reportJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
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
