public import MercerCore

extension GaussianProcessModel {
  /// Draws of the latent function at some inputs from the posterior.
  ///
  /// ```
  /// f = μ + R z,   R Rᵀ = posterior covariance,   z standard normal
  /// ```
  /// R is the Cholesky factor; where rounding leaves the covariance indefinite, as it does for inputs
  /// close together, R = Q √Λ from its eigenvalues, negative ones set to zero. Nothing is added to
  /// the covariance.
  /// - Parameters:
  ///   - inputs: m inputs.
  ///   - count: how many functions are drawn, not negative.
  ///   - output: which output is drawn; precondition: there is such an output.
  ///   - stream: where the random numbers come from; the first m belong to the first draw.
  ///   - context: threads, memory limit and cancellation.
  /// - Returns: m × count, one column a function.
  /// - Complexity: that of `covariance`, and m³/3 operations, or 9m³ with eigenvalues.
  /// - Throws: `.invalidParameter` for a negative count, and as `covariance`.
  public func sample(
    _ inputs: Points<Double>, count: Int, output: Int = 0, stream: inout RandomStream,
    context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    guard count >= 0 else {
      throw MercerError(.invalidParameter, "the number of samples is \(count)")
    }
    let root = try covarianceRoot(inputs, output, context)
    let m = inputs.count
    var normals = Matrix<Double>(rowCount: count, columnCount: m)
    normals.withMutableSpan { span in
      for i in span.indices { span[i] = stream.normal() }
    }
    var draws = try root.multiplied(by: normals, transposingOther: true, context: context)
    let means = try mean(inputs, context: context).column(output)
    draws.withTile { tile in
      for i in 0..<m { Double.loops.affine(count, tile.base + i * tile.stride, 1, means[i]) }
    }
    return draws
  }

  /// R with R Rᵀ the posterior covariance.
  private func covarianceRoot(
    _ inputs: Points<Double>, _ output: Int, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let covariance = try covariance(inputs, output: output, context: context)
    do throws(MercerError) {
      var root = try Cholesky(covariance, context: context).factor
      root.withTile { tile in
        for i in 0..<tile.rowCount {
          for j in (i + 1)..<max(tile.columnCount, i + 1) { tile[i, j] = 0 }
        }
      }
      return root
    } catch {
      guard error.code == .notPositiveDefinite else { throw error }
      let eigen = try SymmetricEigen(covariance)
      var scaled = eigen.vectors
      scaled.withTile { tile in
        for k in 0..<tile.rowCount {
          let length = max(eigen.values[k], 0).squareRoot()
          Double.loops.affine(tile.columnCount, tile.base + k * tile.stride, length, 0)
        }
      }
      return scaled.transposed()
    }
  }
}
