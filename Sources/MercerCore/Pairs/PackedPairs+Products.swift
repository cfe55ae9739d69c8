internal import CMercerTiles

extension PackedPairs {
  /// Writes the entries of the tile.
  ///
  /// - Complexity: O(rows · columns · d); a tile that begins and ends with a panel wastes nothing.
  public func fill(_ tile: Tile<Element>) {
    guard tile.rowCount > 0, tile.columnCount > 0 else { return }
    withC { pairs in
      Element.loops.fill(
        pairs, tile.rows.lowerBound, tile.rowCount, tile.columns.lowerBound, tile.columnCount,
        tile.base, tile.stride)
    }
  }

  /// y ← K[rows, panels] v, overwriting y (rows × outputs, packed).
  ///
  /// - Parameters:
  ///   - rows: the rows of K to multiply.
  ///   - panels: the panels of columns to sum over.
  ///   - vectors: at most `PackedVectors.limit` right-hand sides.
  ///   - y: the result, one row a row of K.
  /// - Complexity: O(rows · columns · (d + outputs)).
  public func multiply(
    rows: Range<Int>, panels: Range<Int>, by vectors: PackedVectors<Element>,
    into y: UnsafeMutablePointer<Element>
  ) {
    precondition(vectors.outputCount <= PackedVectors<Element>.limit)
    withC { pairs in
      vectors.values.withUnsafeBufferPointer { v in
        Element.loops.product(
          pairs, rows.lowerBound, rows.count, panels.lowerBound, panels.count,
          vectors.outputCount, v.baseAddress, vectors.values.columnCount, y, vectors.outputCount,
          nil, 0, nil, 0)
      }
    }
  }

  /// `mirrored[o, columns] += K[rows, panels]ᵀ v[o, rows]`, for the columns of the panels.
  ///
  /// - Parameters:
  ///   - rows: the rows of K to sum over.
  ///   - panels: the panels of columns to add to.
  ///   - vectors: at most `PackedVectors.limit` vectors over the rows.
  ///   - mirrored: one row an output of `stride` elements, the first for the first of the panels.
  ///   - stride: from one output to the next, in elements.
  public func multiplyTransposed(
    rows: Range<Int>, panels: Range<Int>, by vectors: PackedVectors<Element>,
    addingTo mirrored: UnsafeMutablePointer<Element>, stride: Int
  ) {
    precondition(vectors.outputCount <= PackedVectors<Element>.limit)
    withC { pairs in
      vectors.values.withUnsafeBufferPointer { w in
        Element.loops.product(
          pairs, rows.lowerBound, rows.count, panels.lowerBound, panels.count,
          vectors.outputCount, nil, 0, nil, 0, w.baseAddress, vectors.values.columnCount,
          mirrored - panels.lowerBound * panelSize, stride)
      }
    }
  }

  /// Both of the above from one evaluation of each pair, for symmetric kernels: y ← K[rows, panels] v
  /// and `mirrored[o, columns] += K[rows, panels]ᵀ v[o, rows]`.
  ///
  /// - Precondition: `isSymmetric`.
  public func multiplySymmetric(
    rows: Range<Int>, panels: Range<Int>, by vectors: PackedVectors<Element>,
    into y: UnsafeMutablePointer<Element>, addingTo mirrored: UnsafeMutablePointer<Element>,
    stride: Int
  ) {
    precondition(isSymmetric && vectors.outputCount <= PackedVectors<Element>.limit)
    withC { pairs in
      vectors.values.withUnsafeBufferPointer { v in
        Element.loops.product(
          pairs, rows.lowerBound, rows.count, panels.lowerBound, panels.count,
          vectors.outputCount, v.baseAddress, vectors.values.columnCount, y, vectors.outputCount,
          v.baseAddress, vectors.values.columnCount, mirrored - panels.lowerBound * panelSize,
          stride)
      }
    }
  }

  // MARK: - Gradients. The map of the pairs is the slope φ′ of a kernel.

  /// `gradient[i, :] += Σⱼ wᵢⱼ φ′ᵢⱼ tᵢⱼ` over the tile, with t = x − z, sign(x − z) or
  /// sign(x − z) |x − z|^(q−1) by the sum, and t = z for inner products; for decays
  /// t = sign(xₖ − zₖ) eₖ ∂s/∂eₖ, which is −∂s/∂x over the rate.
  public func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    accumulateInputGradient(
      rows: weights.rows, columns: weights.columns, outputs: 1, weights: weights.base,
      rowStride: weights.stride, outputStride: 0, into: gradient.base, stride: gradient.stride)
  }

  /// The same for all outputs of a predictor Σⱼ k(x, zⱼ) v[o, j]: the gradient of output o at row i
  /// is added to `gradient[i, o d ..< (o + 1) d]`; rows of `gradient` are `stride` apart.
  ///
  /// - Parameters:
  ///   - rows: the inputs x to take gradients at.
  ///   - panels: the panels of columns to sum over.
  ///   - vectors: any number of right-hand sides.
  ///   - gradient: what is added to, from the first of the rows on.
  ///   - stride: from one row of `gradient` to the next, in elements.
  /// - Complexity: O(rows · columns · d · (1 + outputs)).
  public func accumulateInputGradient(
    rows: Range<Int>, panels: Range<Int>, of vectors: PackedVectors<Element>,
    into gradient: UnsafeMutablePointer<Element>, stride: Int
  ) {
    let first = panels.lowerBound * panelSize
    let columns = first..<min(panels.upperBound * panelSize, columnCount)
    vectors.values.withUnsafeBufferPointer { v in
      guard let v = v.baseAddress else { return }
      accumulateInputGradient(
        rows: rows, columns: columns, outputs: vectors.outputCount, weights: v + first,
        rowStride: 0, outputStride: vectors.values.columnCount, into: gradient, stride: stride)
    }
  }

  private func accumulateInputGradient(
    rows: Range<Int>, columns: Range<Int>, outputs: Int, weights: UnsafePointer<Element>,
    rowStride: Int, outputStride: Int, into gradient: UnsafeMutablePointer<Element>, stride: Int
  ) {
    precondition(sum.hasGradients)
    guard !rows.isEmpty, !columns.isEmpty, dimension > 0 else { return }
    withC { pairs in
      z.withUnsafeBufferPointer { z in
        Element.loops.inputGradient(
          pairs, rows.lowerBound, rows.count, columns.lowerBound, columns.count, outputs, weights,
          rowStride, outputStride, z.baseAddress, self.z.columnCount, gradient, stride)
      }
    }
  }

  /// `moments[k] += Σᵢⱼ wᵢⱼ φ′ᵢⱼ |x[i, k] − z[j, k]|^q` over the tile, q = 2 for squares: from these
  /// follow the derivatives by scales of the coordinates. For decays it is
  /// Σᵢⱼ wᵢⱼ φ′ᵢⱼ rate |x[i, k] − z[j, k]| eₖ ∂s/∂eₖ.
  public func accumulateScaleMoments(
    weights: Tile<Element>, into moments: UnsafeMutablePointer<Double>
  ) {
    precondition(sum.hasGradients)
    guard weights.rowCount > 0, weights.columnCount > 0 else { return }
    withC { pairs in
      Element.loops.scaleMoments(
        pairs, weights.rows.lowerBound, weights.rowCount, weights.columns.lowerBound,
        weights.columnCount, weights.base, weights.stride, moments)
    }
  }
}
