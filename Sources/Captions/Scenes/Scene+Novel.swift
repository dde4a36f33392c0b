import Tensors

extension Scene {
  /// Whether one of its objects pairs a shape with a hue that is kept from training: the first shape
  /// with the first hue, the second with the second and so on.
  public var isNovel: Bool {
    objects.contains { object in
      zip(Shape.allCases, Hue.allCases).contains { $0 == (object.shape, object.hue) }
    }
  }

  /// A scene by lot, novel or not as is wanted.
  public static func random(isNovel: Bool, using generator: inout SeededGenerator) -> Scene {
    while true {
      let scene = random(using: &generator)
      if scene.isNovel == isNovel { return scene }
    }
  }
}
