import Foundation

/// A program that ran in a process group of its own, with limits on its time and output.
struct ChildProcess {
  enum End: Equatable {
    case exited(Int32)
    case signalled(Int32)
    case timedOut
  }

  let end: End
  /// The first and last of what it wrote to standard output and error.
  let output: String

  private static let keptAtEachEnd = 64 * 1024

  /// Runs a program to its end or to the time limit, then ends all that is left of its group.
  ///
  /// What it writes beyond the kept part is read and thrown away, so that endless output neither
  /// blocks it nor fills memory; files that it writes are limited to 64 MiB each.
  /// - Throws: `GradingError` when the program cannot be started.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], in folder: URL? = nil,
    timeLimit: Double
  ) throws -> ChildProcess {
    var pipe: [Int32] = [0, 0]
    guard Glibc.pipe(&pipe) == 0 else {
      throw GradingError("cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    // Neither end is for other children; the write end is duplicated for this one.
    for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(pipe[0]) }
    let child = try spawn(
      limited(arguments, in: folder, timeLimit: timeLimit), environment, output: pipe[1])
    close(pipe[1])
    defer { killpg(child, SIGKILL) }

    let deadline = Date(timeIntervalSinceNow: timeLimit)
    var output = KeptOutput(limit: keptAtEachEnd)
    var status: Int32 = 0
    while true {
      output.read(from: pipe[0], waiting: 50)
      if waitpid(child, &status, WNOHANG) == child {
        output.read(from: pipe[0], waiting: 0)
        let signal = status & 0x7F
        let end: End = signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
        return ChildProcess(end: end, output: output.text)
      }
      if Date() > deadline {
        killpg(child, SIGKILL)
        waitpid(child, &status, 0)
        return ChildProcess(end: .timedOut, output: output.text)
      }
    }
  }

  /// The command behind limits on the size of files, in 512-byte blocks, and on processor seconds,
  /// which also end a child that left the group.
  private static func limited(
    _ arguments: [String], in folder: URL?, timeLimit: Double
  ) -> [String] {
    let change = folder == nil ? "" : "cd \"$0\" && "
    let limits = "ulimit -f 131072 && ulimit -t \(Int(4 * timeLimit) + 10)"
    return ["/bin/sh", "-c", change + limits + " && exec \"$@\"", folder?.path ?? "sh"]
      + arguments
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String: String], output: Int32
  ) throws -> pid_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)

    let merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var argv = arguments.map { strdup($0) } + [nil]
    var envp = merged.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var child: pid_t = 0
    let error = posix_spawn(&child, arguments[0], &actions, &attributes, &argv, &envp)
    guard error == 0 else {
      throw GradingError(
        "cannot be started: \(String(cString: strerror(error)))", path: arguments[0])
    }
    return child
  }
}

/// The first and the last bytes of a stream.
private struct KeptOutput {
  let limit: Int
  private var first = Data()
  private var last = Data()
  private var dropped = 0

  init(limit: Int) { self.limit = limit }

  /// Reads what is there, or comes within so many milliseconds.
  mutating func read(from descriptor: Int32, waiting milliseconds: Int32) {
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    var wait = milliseconds
    // Bounded, so that endless output cannot keep the caller from its deadline.
    for _ in 0..<64 {
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(&poll, 1, wait) > 0 else { return }
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else {
        // The other end is closed, but its process may still run.
        if wait > 0 { usleep(UInt32(wait) * 1000) }
        return
      }
      keep(buffer.prefix(count))
      wait = 0
    }
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    let room = limit - first.count
    first.append(contentsOf: bytes.prefix(room))
    last.append(contentsOf: bytes.dropFirst(room))
    if last.count > 2 * limit {
      dropped += last.count - limit
      last = Data(last.suffix(limit))
    }
  }

  var text: String {
    let gap = dropped > 0 ? "\n… \(dropped) bytes left out …\n" : ""
    return String(decoding: first, as: UTF8.self) + gap + String(decoding: last, as: UTF8.self)
  }
}
