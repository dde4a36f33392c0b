import Captions
import Tensors

extension Scene {
  /// Whether one of its objects pairs a shape with a hue that is kept from training: the n-th shape
  /// with the n-th hue, both in alphabetical order.
  public var isNovel: Bool {
    func place<Value: CaseIterable & RawRepresentable<String>>(_ value: Value) -> Int? {
      Value.allCases.map(\.rawValue).sorted().firstIndex(of: value.rawValue)
    }
    return objects.contains { place($0.shape) == place($0.hue) }
  }

  /// A scene by lot, novel or not as is wanted.
  public static func random(isNovel: Bool, using generator: inout SeededGenerator) -> Scene {
    while true {
      let scene = random(using: &generator)
      if scene.isNovel == isNovel { return scene }
    }
  }
}
