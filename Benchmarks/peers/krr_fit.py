"""Exact kernel ridge regression, Double, as scikit-learn fits it (without leave-one-out)."""

import numpy as np
import sklearn
from common import arguments, matrix, report, uniform
from sklearn.kernel_ridge import KernelRidge

LENGTH_SCALE = 2.0
RIDGE = 1.0


def main():
    options = arguments(["scikit-learn"], rows=8_000)
    n, d = options.rows, 30
    x = matrix(n, d, 1)
    # A smooth function of the inputs and noise from a stream of its own.
    y = np.sin(3 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.1 * (uniform(n, 4) - 0.5)

    def fit(count):
        model = KernelRidge(alpha=RIDGE, kernel="rbf", gamma=0.5 / LENGTH_SCALE**2)
        return model.fit(x[:count], y[:count])

    fit(min(n, 500))
    report(
        "krr-fit",
        options,
        {"n": n, "d": d},
        lambda: fit(n),
        lambda model: np.mean(np.abs(model.dual_coef_)),
        {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    )


main()
