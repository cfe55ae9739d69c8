"""Kernel logistic regression by scikit-learn's LogisticRegression on the columns of a Cholesky factor of
the kernel matrix, whose inner products are the kernel: writes sklearn_logistic.json beside itself."""

import json
import pathlib

import numpy
import sklearn
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import LogisticRegression

random = numpy.random.RandomState(5)
cases = []
for class_count, ridge, length in [(2, 0.5, 1.0), (2, 0.01, 1.5), (3, 0.5, 1.0), (4, 0.05, 1.5)]:
    inputs = random.randn(24, 2).round(6)
    scores = inputs @ random.randn(2, class_count) + 0.7 * random.randn(24, class_count)
    labels = scores.argmax(1)
    labels[:class_count] = range(class_count)
    others = random.randn(5, 2).round(6)
    both = numpy.vstack([inputs, others])
    factor = numpy.linalg.cholesky(RBF(length)(both) + 1e-10 * numpy.eye(29))
    model = LogisticRegression(
        C=1 / ridge, fit_intercept=False, solver="newton-cg", tol=1e-12, max_iter=10000
    ).fit(factor[:24], labels)
    cases.append({
        "class_count": class_count, "ridge": ridge, "length_scale": length,
        "inputs": inputs.tolist(), "labels": labels.tolist(), "others": others.tolist(),
        "probabilities": model.predict_proba(factor).tolist(),
    })
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"scikit-learn": sklearn.__version__, "cases": cases}) + "\n")
