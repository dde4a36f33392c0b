// Times reading and indexing a caption file, and prints seconds and the peak of memory in MiB.
// GradeScripts/benchmark-coco runs it beside Python.
import Captions
import Foundation

func fail(_ message: String, code: Int32) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(code)
}

guard CommandLine.arguments.count == 2 else { fail("usage: coco CAPTIONS.json", code: 64) }
let start = Date()
let captions = try CaptionedImages(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
let byPicture = Dictionary(grouping: captions.annotations.indices) {
  captions.annotations[$0].imageID
}
let seconds = Date().timeIntervalSince(start)
guard byPicture.count == captions.images.count else {
  fail(
    "\(CommandLine.arguments[1]): \(captions.images.count - byPicture.count) pictures have no "
      + "captions; make the file again with coco_file.py", code: 1)
}
let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
print(seconds, (line.split { !$0.isNumber }.first.flatMap { Double($0) } ?? .nan) / 1024)
