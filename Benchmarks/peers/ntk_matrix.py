"""The neural tangent kernel of all pairs of inputs, as neural-tangents computes it."""

import os
import time

from common import arguments, matrix, report

BATCH = 1000


def main():
    options = arguments(["neural-tangents"], rows=4_000)
    # JAX takes a thread for every core that it sees, and looks when it is loaded.
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[: options.threads])
    import jax
    import jax.numpy as jnp

    is_double = options.element == "double"
    jax.config.update("jax_enable_x64", is_double)
    import neural_tangents
    from neural_tangents import stax

    n, d = options.rows, options.features or 784
    x = jnp.asarray(matrix(n, d, 1, "float64" if is_double else "float32"))
    hidden = [layer for _ in range(3) for layer in (stax.Dense(512), stax.Relu())]
    _, _, kernel = stax.serial(*hidden, stax.Dense(1))

    whole = jax.jit(lambda x: kernel(x, None, "ntk"))
    ways = [lambda: whole(x).block_until_ready()]
    if n > BATCH and n % BATCH == 0:
        batched = neural_tangents.batch(
            lambda a, b: kernel(a, b, "ntk"), batch_size=BATCH, store_on_device=True
        )
        ways.append(lambda: batched(x, x).block_until_ready())

    # Compiled first; then the way that is faster here is the one that is timed.
    def seconds(way):
        way()
        start = time.perf_counter()
        way()
        return time.perf_counter() - start

    work = min(ways, key=seconds)
    report(
        "ntk-matrix",
        options,
        {"n": n, "d": d, "element": options.element},
        work,
        lambda k: jnp.mean(k, dtype="float64" if is_double else "float32"),
        {"jax": jax.__version__, "neural-tangents": neural_tangents.__version__},
    )


main()
