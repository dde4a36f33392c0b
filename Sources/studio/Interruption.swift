import Foundation
import Synchronization

/// The signal that has come; a handler may touch nothing but such a variable.
private let received = Atomic<Int32>(0)

/// Ctrl-C and SIGTERM as a wish to stop soon, for commands that have something to save. The second
/// one stops the program at once.
enum Interruption {
  private static let signals = [SIGINT, SIGTERM]

  /// The signal that has come since `begin`.
  static var signal: Int32? {
    let signal = received.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  static func begin() {
    received.store(0, ordering: .relaxed)
    for number in signals {
      Foundation.signal(number) {
        received.store($0, ordering: .relaxed)
        Foundation.signal($0, SIG_DFL)
      }
    }
  }

  static func end() {
    for number in signals { Foundation.signal(number, SIG_DFL) }
  }
}
