import Tensors

extension ErrorMap {
  /// The picture as red, green and blue from 0 to 1, in the light colours: a square for each
  /// element, panels for the axes before the last two. A kink has a bar across it, what cannot be
  /// told a dot in it. Where an axis is too long, a square stands for the worst of several.
  /// Shape `[H, W, 3]`; a single pixel of the ground's colour for a map without elements.
  /// - Parameter cell: The side of a square in pixels, 4–64.
  public func pixels(cell: Int = 12) -> Tensor<Double> {
    let cell = min(max(cell, 4), 64)
    let palette = Palette.light
    guard let grid = ErrorGrid(self, rows: 128, columns: 256, panels: 64) else {
      return Canvas(width: 1, height: 1, ground: palette.ground).tensor
    }
    let across = grid.panelColumns(room: 8)
    let down = (grid.panels + across - 1) / across
    // A margin around each panel, and a line of ground between squares.
    let (pitch, margin) = (cell + 1, cell)
    let panelWidth = grid.columns * pitch - 1 + margin
    let panelHeight = grid.rows * pitch - 1 + margin
    var canvas = Canvas(
      width: across * panelWidth + margin, height: down * panelHeight + margin,
      ground: palette.ground)
    for (index, shown) in grid.cells.enumerated() {
      let (panel, row) = (index / grid.columns / grid.rows, index / grid.columns % grid.rows)
      let x = panel % across * panelWidth + margin + index % grid.columns * pitch
      let y = panel / across * panelHeight + margin + row * pitch
      canvas.fill(x, y, cell, cell, palette.shades[shown.shade] ?? palette.ground)
      let (thin, part) = (max(cell / 6, 1), cell / 3)
      if shown.shade == .kink {
        canvas.fill(x + 1, y + (cell - thin) / 2, cell - 2, thin, palette.text)
      } else if shown.shade == .undecided {
        canvas.fill(x + part, y + part, cell - 2 * part, cell - 2 * part, palette.text)
      }
    }
    return canvas.tensor
  }
}

/// Pixels, row by row from the top.
private struct Canvas {
  let width, height: Int
  private var pixels: [RGB]

  init(width: Int, height: Int, ground: RGB) {
    (self.width, self.height) = (width, height)
    pixels = Array(repeating: ground, count: width * height)
  }

  mutating func fill(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ color: RGB) {
    for line in y..<y + height {
      for pixel in line * self.width + x..<line * self.width + x + width { pixels[pixel] = color }
    }
  }

  /// Shape `[H, W, 3]`.
  var tensor: Tensor<Double> {
    var result = Tensor<Double>(repeating: 0, shape: [height, width, 3])
    result.withUnsafeMutableElements { elements in
      for (index, pixel) in pixels.enumerated() {
        for (channel, value) in pixel.components.enumerated() {
          elements[3 * index + channel] = value
        }
      }
    }
    return result
  }
}
