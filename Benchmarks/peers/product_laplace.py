"""K(X, Z) v for a product Laplace kernel, as SciPy's cdist does it: in Double, the only way it has."""

import numpy as np
import scipy
from common import arguments, matrix, report
from scipy.spatial.distance import cdist

CHUNK = 1000


def product(x, z, v, length_scale):
    """By chunks of rows, so that the Gram matrix is never stored whole."""
    y = np.empty((x.shape[0], v.shape[1]))
    for start in range(0, x.shape[0], CHUNK):
        tile = cdist(x[start : start + CHUNK], z, "cityblock")
        tile *= -1 / length_scale
        np.exp(tile, out=tile)
        y[start : start + CHUNK] = tile @ v
    return y


def main():
    options = arguments(["scipy"], rows=20_000)
    n, d = options.rows, options.features or 32
    # The numbers are those of Mercer's side, rounded to Float; stored as what cdist works in.
    x, z, v = (
        matrix(n, columns, stream, np.float32).astype(np.float64)
        for columns, stream in ((d, 1), (d, 2), (1, 3))
    )
    product(x[:1000], z[:1000], v[:1000], d / 4)
    report(
        "product-laplace",
        options,
        {"n": n, "m": n, "d": d, "right_hand_sides": 1},
        lambda: product(x, z, v, d / 4),
        np.mean,
        {"numpy": np.__version__, "scipy": scipy.__version__},
    )


main()
