"""K(X, Z) V for a Gaussian kernel, Float, as NumPy, scikit-learn and KeOps do it."""

import math

import numpy as np
from common import arguments, matrix, report

CHUNK = 1000
# A Gram matrix that is larger is made by chunks where a library would make it whole.
LARGEST_MATRIX = 4e9


def with_numpy(x, z, v, gamma):
    """By chunks of rows, so that the Gram matrix is never stored whole."""
    z_norms = np.einsum("ij,ij->i", z, z)
    y = np.empty((x.shape[0], v.shape[1]), dtype=x.dtype)
    for start in range(0, x.shape[0], CHUNK):
        rows = x[start : start + CHUNK]
        tile = rows @ z.T
        tile *= np.float32(-2)
        tile += np.einsum("ij,ij->i", rows, rows)[:, None]
        tile += z_norms
        tile *= np.float32(-gamma)
        np.exp(tile, out=tile)
        y[start : start + CHUNK] = tile @ v
    return y


def with_sklearn(x, z, v, gamma):
    """The whole Gram matrix, then the product; by chunks of rows where that is too large."""
    from sklearn.metrics.pairwise import rbf_kernel

    if 4 * x.shape[0] * z.shape[0] <= LARGEST_MATRIX:
        return rbf_kernel(x, z, gamma=gamma) @ v
    return np.concatenate(
        [
            rbf_kernel(x[start : start + CHUNK], z, gamma=gamma) @ v
            for start in range(0, x.shape[0], CHUNK)
        ]
    )


def with_pykeops(x, z, v, gamma):
    """A symbolic reduction, compiled by KeOps when it is first used."""
    from pykeops.numpy import LazyTensor

    squared = ((LazyTensor(x[:, None, :]) - LazyTensor(z[None, :, :])) ** 2).sum(-1)
    return (squared * np.float32(-gamma)).exp() @ v


def gemm(x, z, v, gamma):
    """X Zᵀ alone, by chunks: where NumPy's way begins, with no kernel and no product by V."""
    tile = np.empty((min(CHUNK, x.shape[0]), z.shape[0]), dtype=x.dtype)
    for start in range(0, x.shape[0], CHUNK):
        rows = x[start : start + CHUNK]
        np.matmul(rows, z.T, out=tile[: rows.shape[0]])


def main():
    product = {
        "numpy": with_numpy, "scikit-learn": with_sklearn, "pykeops": with_pykeops, "gemm": gemm,
    }
    options = arguments(list(product), rows=20_000)
    n, d, k = options.rows, options.features or 32, options.outputs or 1
    # A length scale of 2 for d = 32: values of the kernel stay in the same range for any d.
    gamma = 0.5 / math.sqrt(d / 8) ** 2
    x = matrix(n, d, 1, np.float32)
    z = matrix(n, d, 2, np.float32)
    v = matrix(n, k, 3, np.float32)
    work = product[options.peer]
    work(x[:1000], z[:1000], v[:1000], gamma)

    versions = {"numpy": np.__version__, "gemm": f"of numpy {np.__version__}"}
    if options.peer == "scikit-learn":
        import sklearn

        versions["scikit-learn"] = sklearn.__version__
    if options.peer == "pykeops":
        import pykeops

        versions["pykeops"] = pykeops.__version__
    report(
        "gaussian-product",
        options,
        {"n": n, "m": n, "d": d, "right_hand_sides": k},
        lambda: work(x, z, v, gamma),
        lambda y: None if y is None else np.mean(y, dtype=np.float64),
        versions,
    )


main()
