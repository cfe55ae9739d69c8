"""Ridge regression on uniform centres, 1,000 unless said otherwise, as scikit-learn fits it: Nystroem features and Ridge."""

import numpy as np
import sklearn
from common import arguments, matrix, report, uniform
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

LENGTH_SCALE = 2.0
RELATIVE_RIDGE = 1e-6


def truth(x):
    """A smooth function of the inputs."""
    return np.sin(3 * x[:, 0]) + x[:, 1] * x[:, 2]


def main():
    options = arguments(["scikit-learn"], rows=100_000)
    n, d = options.rows, 30
    x = matrix(n, d, 1)
    y = truth(x) + 0.1 * (uniform(n, 4) - 0.5)
    others = matrix(min(n, 10_000), d, 5)
    centres = options.centres or 1000

    def fit(count):
        features = Nystroem(
            kernel="rbf", gamma=0.5 / LENGTH_SCALE**2, n_components=min(centres, count // 2),
            random_state=0)
        ridge = Ridge(alpha=RELATIVE_RIDGE * count, fit_intercept=False)
        return make_pipeline(features, ridge).fit(x[:count], y[:count])

    def error(model):
        # Against the function without noise, on rows that were not fitted.
        return np.sqrt(np.mean((truth(others) - model.predict(others)) ** 2))

    fit(min(n, 1000))
    report(
        "nystrom-ridge",
        options,
        {"n": n, "d": d, "centres": min(centres, n // 2)},
        lambda: fit(n),
        error,
        {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    )


main()
