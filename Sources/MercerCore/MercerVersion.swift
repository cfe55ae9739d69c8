/// The version of this package, as in `CHANGELOG.md`, in model files and in `--version`.
public enum MercerVersion {
  /// Semantic version.
  public static let current = "0.1.0"
}
