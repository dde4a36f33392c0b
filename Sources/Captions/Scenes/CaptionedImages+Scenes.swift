import Tensors

extension CaptionedImages {
  /// Scenes drawn by lot, novel or not, each with five true captions, as `000001.png` and so on.
  public static func scenes(
    count: Int, areNovel: Bool = false, using generator: inout SeededGenerator
  ) -> CaptionedImages {
    var result = CaptionedImages(images: [], annotations: [])
    for id in 1...max(1, count) {
      let scene = Scene.random(isNovel: areNovel, using: &generator)
      let digits = String(id)
      let name = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".png"
      result.images.append(Picture(id: id, fileName: name, scene: scene))
      for caption in scene.captions(using: &generator) {
        result.annotations.append(
          Annotation(id: result.annotations.count + 1, imageID: id, caption: caption))
      }
    }
    return result
  }
}
