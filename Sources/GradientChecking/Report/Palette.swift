import Foundation

/// A colour of the sRGB space.
struct RGB: Equatable {
  var red, green, blue: UInt8

  /// - Parameter hex: `0xRRGGBB`.
  init(_ hex: UInt32) {
    (red, green, blue) = (UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255))
  }

  var css: String { String(format: "#%02x%02x%02x", red, green, blue) }
  var components: [Double] { [red, green, blue].map { Double($0) / 255 } }

  /// The text in this colour, for a terminal that knows 24-bit colours.
  func paint(_ text: String) -> String { "\u{1B}[38;2;\(red);\(green);\(blue)m\(text)\u{1B}[0m" }
}

/// The colours of a picture. Errors go from pale to dark red-violet (on dark ground from dark to
/// pale), numbers from blue through grey to amber: pairs that are told apart with any colour vision,
/// and by their lightness alone.
struct Palette {
  var shades: [Shade: RGB]
  /// From the most negative number to the most positive one; zero is in the middle.
  var diverging: [RGB]
  var ground, text, faint: RGB
  var right, wrong, cannotTell: RGB

  static let light = Palette(
    shades: [
      .right: RGB(0xECEFF2), .kink: RGB(0xBFD7F5), .undecided: RGB(0xFFE9A8),
      .slight: RGB(0xF7B0C4), .small: RGB(0xE8658F), .medium: RGB(0xBE1E5C), .large: RGB(0x6B0632),
    ],
    diverging: [
      0x1F4E96, 0x4A7EC4, 0x8CB1E2, 0xC9DAF0, 0xF1F2F4, 0xF6DFB4, 0xE9B55F, 0xC98516, 0x8A5300,
    ]
    .map(RGB.init),
    ground: RGB(0xFFFFFF), text: RGB(0x1C2430), faint: RGB(0x5C6672),
    right: RGB(0x17754B), wrong: RGB(0xB4124C), cannotTell: RGB(0x8A5300))

  static let dark = Palette(
    shades: [
      .right: RGB(0x252C36), .kink: RGB(0x2B4A73), .undecided: RGB(0x66551B),
      .slight: RGB(0x8A2C58), .small: RGB(0xC4447D), .medium: RGB(0xF688AE), .large: RGB(0xFFC9DA),
    ],
    diverging: [
      0xA8CBFF, 0x6E9FE6, 0x416FB3, 0x2C4468, 0x272D36, 0x55421D, 0x8F6718, 0xD09A35, 0xFFD48A,
    ]
    .map(RGB.init),
    ground: RGB(0x12161C), text: RGB(0xE6EAF0), faint: RGB(0x98A2B0),
    right: RGB(0x5CCB97), wrong: RGB(0xFF7FAA), cannotTell: RGB(0xE9B55F))

  /// For terminals, whose ground is unknown.
  static let terminal: [Shade: RGB] = [
    .right: RGB(0x808890), .kink: RGB(0x4A8CE8), .undecided: RGB(0xC08A00),
    .slight: RGB(0xDC4A7C), .small: RGB(0xDC3A72), .medium: RGB(0xD82866), .large: RGB(0xD01458),
  ]
  static let good = RGB(0x2E9E6B)
  static let bad = RGB(0xD01458)
  static let unsure = RGB(0xC08A00)
}
