extension TableEncoder {
  /// A choice of coordinates in which every column of the table is there once.
  public enum View: String, Sendable, Codable, CaseIterable {
    /// Numbers by their size: (x − mean) / deviation.
    case standardised
    /// Numbers by their place in the distribution of their column, where the encoder has it.
    case ranked
  }

  /// The coordinates of a view, in increasing order: the `on:` of a kernel that sees it.
  ///
  /// Categories, booleans, indicators of missing cells, and numbers without ranks are in both
  /// views. Without ranks both views are all coordinates.
  public func features(of view: View) -> [Int] {
    var features: [Int] = []
    var first = 0
    for column in columns {
      let end = first + column.featureCount
      let leftOut: Int? =
        if column.hasRank {
          switch view {
          case .standardised: first + 1
          case .ranked: first
          }
        } else {
          nil
        }
      features += (first..<end).filter { $0 != leftOut }
      first = end
    }
    return features
  }
}
