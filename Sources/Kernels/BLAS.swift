import COpenBLAS

/// What OpenBLAS does on this machine.
public enum BLAS {
  /// The processor core whose kernels are in use, for example `SkylakeX` or `Haswell`.
  public static var core: String { String(cString: openblas_get_corename()) }

  /// OpenBLAS' version and build options, as it states them.
  public static var configuration: String { String(cString: openblas_get_config()) }

  /// The core that the kit asked for, or nil where the user or OpenBLAS itself chose.
  public static var requestedCore: String? { openblas_requested_core().map { String(cString: $0) } }

  /// Whether OpenBLAS fell back to kernels for processors without AVX, several times slower than
  /// what a processor of the last ten years can do.
  public static var isFallback: Bool {
    [
      "Prescott", "Core2", "Nehalem", "Katmai", "Coppermine", "Northwood", "Banias", "ATOM",
      "unknown",
    ]
    .contains(core)
  }
}
