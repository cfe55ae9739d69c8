import MercerCore

extension NetworkKernel {
  /// k(x, x) or Θ(x, x) of inputs of which ‖x‖²/d is given, in Double: each is paired with itself.
  func diagonal(
    _ graph: NetworkGraph, variances: [Double]
  ) throws(MercerError) -> [Double] {
    let moments = try graph.moments(
      ofInputs: variances, limit: Double(Element.greatestFiniteMagnitude))
    if kind == .nngp, !graph.addsNoise { return moments[graph.output].variances }
    let lengths = try NetworkLengths<Double>(rows: moments, columns: moments)
    let plan = NetworkPlan(graph)
    let size = PairAngles<Double>.chunkSize
    var values: [Double] = []
    NetworkScratch<Double>.with(arrays: 3 * plan.stateCount, of: size) { states in
      lengths.withView { view in
        for columns in (0..<variances.count).chunks(of: size) {
          let sweep = NetworkSweep(
            graph: graph, plan: plan, count: columns.count, wantsTangent: kind == .ntk,
            scales: { node, _ in view.ownScales(node: node, column: columns.lowerBound) },
            states: states, keepsStates: false)
          let input = sweep.pairs(0, scratch: 0)
          for (j, column) in columns.enumerated() {
            // A vector of length zero is at a right angle to everything.
            input.cosine[j] = variances[column] > 0 ? 1 : 0
            input.sine2[j] = variances[column] > 0 ? 0 : 1
          }
          sweep.forward()
          let end = sweep.pairs(graph.output, scratch: 0)
          for j in 0..<columns.count { values.append(end.theta?[j] ?? end.covariance(j)) }
        }
      }
    }
    return values
  }
}
