// A convolutional kernel on images: what an infinitely wide network with weight sharing and pooling sees
// that one of dense layers does not.
//
// Small crosses and small rings on noisy images of 12 × 12 pixels, each anywhere. Look at how the error of
// the convolutional kernel falls with few images, since a shape is the same wherever it is, while the
// other kernels must see each shape at each place.

import Foundation
import Mercer

let side = 12
let shapes: [[(Int, Int)]] = [
  [(1, 0), (0, 1), (1, 1), (2, 1), (1, 2)],
  [(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2), (2, 2)],
]

// snippet.images
func images(_ count: Int, seed: UInt64) throws -> LabelledData<Points<Double>> {
  var stream = RandomStream(seed: seed, purpose: "images")
  var targets: [Double] = []
  let rows = (0..<count).map { index in
    var pixels = (0..<side * side).map { _ in 0.3 * stream.normal() }
    let (top, left) = (stream.integer(below: side - 2), stream.integer(below: side - 2))
    for (row, column) in shapes[index % 2] { pixels[(top + row) * side + left + column] += 1 }
    targets.append(index % 2 == 0 ? -1 : 1)
    return pixels
  }
  return try LabelledData(inputs: Points(rows: rows), targets: targets)
}
let test = try images(200, seed: 1)
// snippet.end

// snippet.kernels
// The rows of a table of pixels are images of 12 × 12 when the network says so.
let kernels = [
  ("Gaussian", "gaussian(lengthScale: 8)"),
  ("dense NTK", "ntk((dense(weightVariance: 2, biasVariance: 0.1) > relu) ^ 2 > dense)"),
  (
    "convolutional NTK",
    "ntk(image(12, 12) > (conv(3, weightVariance: 2, biasVariance: 0.1) > relu) ^ 2 > "
      + "globalAveragePool > dense)"
  ),
]
print("share of wrong labels       n = 20      40      80     160")
for (name, text) in kernels {
  let kernel = try KernelExpression(parsing: text).makeKernel(of: Double.self)
  var errors: [String] = []
  for count in [20, 40, 80, 160] {
    let model = try KernelRidge(kernel: kernel, ridge: 1e-3, wantsLeaveOneOut: false)
      .fit(try images(count, seed: 2))
    let values = try model.predict(test.inputs).elements
    let wrong = zip(values, test.targets.elements).count { $0 * $1 <= 0 }
    errors.append(String(format: "%7.3f", Double(wrong) / 200))
  }
  print(name.padding(toLength: 26, withPad: " ", startingAt: 0), errors.joined(separator: " "))
}
// snippet.end
