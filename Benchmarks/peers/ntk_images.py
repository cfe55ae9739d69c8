"""The tangent kernel of 21 convolutions on images of 32 × 32 × 3, as neural-tangents computes it."""

import os
import sys
import time

from common import arguments, matrix, report

SIDE, CHANNELS, DEPTH = 32, 3, 21


def main():
    name = "ntk-images-" + ("pooled" if "--pooled" in sys.argv else "flat")
    is_pooled = name.endswith("pooled")
    sys.argv = [word for word in sys.argv if word != "--pooled"]
    options = arguments(["neural-tangents"], rows=6 if is_pooled else 200)
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

    n = options.rows
    dtype = "float64" if is_double else "float32"
    shape = (n, SIDE, SIDE, CHANNELS)
    size = SIDE * SIDE * CHANNELS
    x = jnp.asarray(matrix(n, size, 1, dtype).reshape(shape))
    z = jnp.asarray(matrix(n, size, 2, dtype).reshape(shape))
    hidden = [
        layer
        for _ in range(DEPTH)
        for layer in (
            stax.Conv(1, (3, 3), padding="SAME", W_std=2**0.5, b_std=None),
            stax.Relu(),
        )
    ]
    readout = stax.GlobalAvgPool() if is_pooled else stax.Flatten()
    _, _, kernel = stax.serial(*hidden, readout, stax.Dense(1, W_std=1.0, b_std=None))

    # Whole, and in batches of few pairs: pooled, a pair is 1024² entries. The way that is faster here
    # is the one that is timed; what is compiled is compiled first.
    ways = []
    sizes = [n] if is_pooled else [n, 50, 20]
    for batch in {b for b in (*sizes, 2, 1) if n % b == 0 and (not is_pooled or b <= 2)}:
        if batch == n:
            whole = jax.jit(lambda a, b: kernel(a, b, "ntk"))
            ways.append(lambda: whole(x, z).block_until_ready())
            continue
        if not is_pooled and batch < 20:
            continue
        batched = neural_tangents.batch(
            lambda a, b: kernel(a, b, "ntk"), batch_size=batch, store_on_device=True)
        ways.append(lambda batched=batched: batched(x, z).block_until_ready())

    def seconds(way):
        way()
        start = time.perf_counter()
        way()
        return time.perf_counter() - start

    work = min(ways, key=seconds) if len(ways) > 1 else ways[0]
    if len(ways) == 1:
        work()
    report(
        name,
        options,
        {"n": n, "side": SIDE, "element": options.element},
        work,
        lambda k: jnp.mean(k, dtype=dtype),
        {"jax": jax.__version__, "neural-tangents": neural_tangents.__version__},
    )


main()
