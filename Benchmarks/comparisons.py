"""What is measured beside what: one entry is one row of the table."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Mercer and one other side, on the same data."""

    # The name that mercer-bench knows.
    benchmark: str
    # Who the other side is, as the peer script knows it.
    peer: str
    rows: int
    rows_when_quick: int
    # The script of the peer; None where the other side is mercer-bench, too.
    script: str | None = None
    # Arguments of both sides.
    arguments: tuple[str, ...] = ()
    # What mercer-bench is asked for on the other side, instead of the same; threads, if not all.
    other_benchmark: str | None = None
    other_threads: int | None = None
    # Whether both sides compute the same numbers, so that these must agree.
    comparable: bool = True
    # Whether the script runs with the Python that has JAX.
    needs_jax: bool = False
    # Arguments of the script alone.
    script_arguments: tuple[str, ...] = ()


def gaussian(peer, rows, quick, features=32, outputs=1, **more):
    return Comparison(
        "gaussian-product", peer, rows, quick, "gaussian_product.py",
        ("--features", str(features), "--outputs", str(outputs)), **more)


def tangent(element):
    return Comparison(
        "ntk-matrix", "neural-tangents", 4_000, 400, "ntk_matrix.py", ("--element", element),
        needs_jax=True)


def tangent_of_images(element, pooled):
    return Comparison(
        "ntk-images-pooled" if pooled else "ntk-images-flat", "neural-tangents",
        2 if pooled else 80, 1 if pooled else 20, "ntk_images.py", ("--element", element),
        needs_jax=True, script_arguments=("--pooled",) if pooled else (),
        # The two sides' means differ by 4e-4 in Float. In Double they agree to 2e-14, and our Float is
        # 5e-7 from that: it is the other side's Float that is off.
        comparable=not (pooled and element == "float"))


ALL = [
    gaussian("numpy", 20_000, 2_000),
    gaussian("scikit-learn", 20_000, 2_000),
    gaussian("pykeops", 20_000, 2_000),
    # The product of the inputs that NumPy's way begins with, and nothing else.
    gaussian("gemm", 20_000, 2_000, comparable=False),
    gaussian("numpy", 20_000, 2_000, outputs=10),
    *(gaussian(peer, 100_000, 4_000, features=3) for peer in ("numpy", "scikit-learn", "pykeops")),
    *(gaussian(peer, 10_000, 1_000, features=784) for peer in ("numpy", "scikit-learn", "pykeops")),
    *(gaussian(peer, 4_000, 1_000, features=2_000) for peer in ("numpy", "scikit-learn", "pykeops")),
    Comparison("gaussian-product", "mercer, 1 thread", 20_000, 2_000, other_threads=1),
    Comparison(
        "gaussian-input-gradient", "mercer, product", 20_000, 2_000,
        other_benchmark="gaussian-product", comparable=False),
    Comparison("product-laplace", "scipy", 20_000, 2_000, "product_laplace.py"),
    tangent("float"),
    tangent("double"),
    *(tangent_of_images(element, pooled)
      for pooled in (True, False) for element in ("float", "double")),
    Comparison("krr-fit", "scikit-learn", 8_000, 1_000, "krr_fit.py"),
    # The centres are drawn by each side for itself.
    Comparison(
        "nystrom-ridge", "scikit-learn", 100_000, 5_000, "nystrom_ridge.py", comparable=False),
    Comparison("predict-stream", "scikit-learn", 200_000, 10_000, "predict_stream.py"),
    Comparison("first-prediction", "scikit-learn", 10_000, 10_000, "first_prediction.py"),
    Comparison("csv-read", "pandas", 1_000_000, 20_000, "csv_read.py"),
]
