extension TableEncoder {
  /// The encoder without the added coordinates that no kernel sees, for a model that is smaller and
  /// predicts from fewer numbers.
  ///
  /// Those of a column's rule stay (its size, its levels, its indicator of missing cells), but for
  /// ranks; an added coordinate stays with the others that it was made with, such as a cosine with its
  /// sine.
  /// - Parameter features: coordinates that are seen.
  /// - Returns: the encoder, and which coordinates of this one its coordinates are, in order: with them
  ///   encoded points shrink by `columns(at:)`, and the columns of kernels are found anew.
  public func keeping(_ features: Set<Int>) -> (encoder: TableEncoder, features: [Int]) {
    var columns: [ColumnEncoding] = []
    var kept: [Int] = []
    var first = 0
    for column in self.columns {
      let kinds = column.featureKinds
      var rule = column.rule
      var lostRanks: RankMap?
      for place in 0..<column.ruledFeatureCount {
        if kinds[place] == .rank, !features.contains(first + place) {
          if case .numeric(
            let mean, let deviation, let fill, let hasIndicator, let isDate, let ranks) =
            column.rule
          {
            lostRanks = ranks
            rule = .numeric(
              mean: mean, deviation: deviation, fill: fill, hasIndicator: hasIndicator,
              isDate: isDate)
          }
        } else {
          kept.append(first + place)
        }
      }
      var added: [AddedCoordinate] = []
      var start = first + column.ruledFeatureCount
      for addition in column.added {
        let range = start..<(start + addition.kinds.count)
        if range.contains(where: features.contains) {
          added.append(addition.owning(lostRanks))
          kept += range
        }
        start = range.upperBound
      }
      columns.append(
        ColumnEncoding(name: column.name, rule: rule, added: added, range: column.range))
      first += kinds.count
    }
    return (TableEncoder(columns: columns, omitted: omitted, options: options), kept)
  }
}

extension AddedCoordinate {
  /// The coordinate with the ranks that its column's rule has no more, if it rests on them.
  fileprivate func owning(_ ranks: RankMap?) -> AddedCoordinate {
    guard let ranks else { return self }
    return switch self {
    case .normalScore(nil): .normalScore(ranks)
    case .missingApart(nil): .missingApart(ranks)
    default: self
    }
  }
}
