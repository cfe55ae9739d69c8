// Fits a function of two variables from noisy values, and predicts where it was not measured.

import Mercer

var stream = RandomStream(seed: 1, purpose: "example")
let x = (0..<200).map { _ in [stream.uniform(), stream.uniform()] }
let y = x.map { 3 * $0[0] + $0[1] * $0[1] + 0.01 * stream.normal() }

// snippet.fit
let kernel = try GaussianKernel<Double>(lengthScale: 0.5) + 0.1 * LinearKernel<Double>()
let data = try LabelledData(inputs: Points(rows: x), targets: y)
let model = try KernelRidge(kernel: kernel, ridge: 1e-3, centresTargets: true).fit(data)
let prediction = try model.predict(Points(rows: [[0.5, 0.5]]))
print(kernel)
print("f(0.5, 0.5) is 1.75, predicted \(prediction[0, 0])")
if let residuals = model.leaveOneOutResiduals {
  let largest = residuals.elements.map(abs).max() ?? 0
  print("no row is missed by more than \(largest) when it is left out")
}
// snippet.end
