import Tensors

extension Canvas {
  public static func landscape() -> Canvas { Canvas(width: 256, height: 192) }
  public static func swirls() -> Canvas { Canvas(width: 256, height: 192) }
}
