"""K(X, Z) v for a Gaussian kernel, Float, as NumPy, scikit-learn and KeOps do it."""

import numpy as np
from common import arguments, matrix, report

LENGTH_SCALE = 2.0
CHUNK = 1000


def with_numpy(x, z, v):
    """By chunks of rows, so that the Gram matrix is never stored whole."""
    z_norms = np.einsum("ij,ij->i", z, z)
    y = np.empty((x.shape[0], v.shape[1]), dtype=x.dtype)
    factor = np.float32(-0.5 / LENGTH_SCALE**2)
    for start in range(0, x.shape[0], CHUNK):
        rows = x[start : start + CHUNK]
        tile = rows @ z.T
        tile *= np.float32(-2)
        tile += np.einsum("ij,ij->i", rows, rows)[:, None]
        tile += z_norms
        tile *= factor
        np.exp(tile, out=tile)
        y[start : start + CHUNK] = tile @ v
    return y


def with_sklearn(x, z, v):
    """The whole Gram matrix, then the product."""
    from sklearn.metrics.pairwise import rbf_kernel

    return rbf_kernel(x, z, gamma=0.5 / LENGTH_SCALE**2) @ v


def with_pykeops(x, z, v):
    """A symbolic reduction, compiled by KeOps when it is first used."""
    from pykeops.numpy import LazyTensor

    squared = ((LazyTensor(x[:, None, :]) - LazyTensor(z[None, :, :])) ** 2).sum(-1)
    return (squared * np.float32(-0.5 / LENGTH_SCALE**2)).exp() @ v


def main():
    product = {"numpy": with_numpy, "scikit-learn": with_sklearn, "pykeops": with_pykeops}
    options = arguments(list(product), rows=20_000)
    n, d = options.rows, 32
    x = matrix(n, d, 1, np.float32)
    z = matrix(n, d, 2, np.float32)
    v = matrix(n, 1, 3, np.float32)
    work = product[options.peer]
    work(x[:1000], z[:1000], v[:1000])

    versions = {"numpy": np.__version__}
    if options.peer == "scikit-learn":
        import sklearn

        versions["scikit-learn"] = sklearn.__version__
    if options.peer == "pykeops":
        import pykeops

        versions["pykeops"] = pykeops.__version__
    report(
        "gaussian-product",
        options,
        {"n": n, "m": n, "d": d, "right_hand_sides": 1},
        lambda: work(x, z, v),
        lambda y: np.mean(y, dtype=np.float64),
        versions,
    )


main()
