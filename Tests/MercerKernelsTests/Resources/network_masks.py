"""Writes network_positions.json and network_masks.json: kernels by neural-tangents 0.6.5, float64.

Each case has the text of the network beside what neural-tangents makes of the same layers.
Run with JAX_ENABLE_X64=1.
"""

import json
import warnings

import jax
import numpy as np
from neural_tangents import stax

warnings.filterwarnings("ignore")
random = np.random.RandomState(11)


def dense(weight=1.0, bias=0.0, standard=False):
    return stax.Dense(
        1, weight**0.5, bias**0.5 if bias else None,
        parameterization="standard" if standard else "ntk")


def conv(shape, stride=None, padding="SAME", weight=1.0, bias=0.0, standard=False, local=False):
    if local:
        return stax.ConvLocal(
            1, shape, stride, padding, weight**0.5, bias**0.5 if bias else None)
    return stax.Conv(
        1, shape, stride, padding, weight**0.5, bias**0.5 if bias else None,
        parameterization="standard" if standard else "ntk")


def attention(
    mechanism="SOFTMAX", linear=True, query=1.0, key=1.0, value=1.0, out=1.0, bias=0.0,
    positions="NONE", variance=1.0, width=None, decay=None, power=2, in_values=False):
    return stax.GlobalSelfAttention(
        1, 1, 1, 1, linear_scaling=linear, W_key_std=key**0.5, W_value_std=value**0.5,
        W_query_std=query**0.5, W_out_std=out**0.5, b_std=bias**0.5 if bias else None,
        attention_mechanism=mechanism, pos_emb_type=positions, pos_emb_p_norm=power,
        pos_emb_decay_fn=decay, n_chan_pos_emb=width, W_pos_emb_std=variance**0.5,
        val_pos_emb=in_values)


def exponential(length):
    return lambda d: jax.numpy.exp(-d / length)


def rational(length):
    return lambda d: 1 / (1 + d / length)


def residual(*branch):
    return stax.serial(
        stax.FanOut(2), stax.parallel(stax.serial(*branch), stax.Identity()), stax.FanInSum())


def kernels(layers, x1, x2, constant=None):
    kernel = stax.serial(*layers)[2]
    result = {}
    for name, z in (("train_train", None), ("train_test", x2)):
        found = kernel(x1, z, ("nngp", "ntk"), mask_constant=constant)
        result[name] = {
            "nngp": np.asarray(found.nngp).tolist(), "ntk": np.asarray(found.ntk).tolist()}
    return result


def case(text, layers, x1, x2, constant=None):
    return {"network": text, **kernels(layers, x1, x2, constant)}


def write(name, groups):
    provenance = "neural-tangents 0.6.5, jax %s, jax_enable_x64, CPU" % jax.__version__
    with open(name, "w") as file:
        json.dump({"provenance": provenance, "groups": groups}, file)
        file.write("\n")


relu, erf, gap, flat = stax.Relu(), stax.Erf(), stax.GlobalAvgPool(), stax.Flatten()
first = dense(1.4, 0.1)
HEAD = "dense(weightVariance: 1.4, biasVariance: 0.1) > relu > "


def positions():
    x1, x2 = random.randn(3, 5, 4), random.randn(2, 5, 4)
    cases = []

    def add(arguments, layer, end="flatten", head=True):
        tail = [gap, dense(1.2, 0.05)] if end == "globalAveragePool" else [flat, dense(1.2, 0.05)]
        cases.append(case(
            ("sequence(5, channels: 4) > " + (HEAD if head else "")
             + "attention(" + arguments + ") > relu > " + end
             + " > dense(weightVariance: 1.2, biasVariance: 0.05)"),
            ([first, relu] if head else []) + [layer, relu] + tail, x1, x2))

    variances = "queryVariance: 1.3, keyVariance: 0.7, valueVariance: 1.6, outputVariance: 0.9, "
    numbers = dict(query=1.3, key=0.7, value=1.6, out=0.9)
    for mechanism, word, linear in (
            ("SOFTMAX", "softmax", True), ("RELU", "relu", True), ("ABS", "abs", True),
            ("IDENTITY", "linear", True), ("IDENTITY", "gaussianScores", False)):
        base = "mechanism: %s, " % word + variances
        common = dict(mechanism=mechanism, linear=linear, **numbers)
        add(base + "biasVariance: 0.2, positions: sum, positionVariance: 0.8",
            attention(**common, bias=0.2, positions="SUM", variance=0.8))
        add(base + "positions: sum, positionVariance: 0.8, decay: exponential, decayLength: 2, "
            "positionsIn: all",
            attention(**common, positions="SUM", variance=0.8, decay=exponential(2),
                      in_values=True), end="globalAveragePool")
        add(base + "biasVariance: 0.3, positions: concatenate, positionVariance: 1.5, "
            "decay: rational, decayLength: 3, distancePower: 1",
            attention(**common, bias=0.3, positions="CONCAT", variance=1.5, decay=rational(3),
                      power=1))
        # The layer before it has one channel in neural-tangents as here, so that widths are ratios.
        add(base + "positions: concatenate, positionWidth: 3, positionsIn: all",
            attention(**common, positions="CONCAT", width=3, in_values=True),
            end="globalAveragePool")
    # On the input itself: four channels, and two of positions.
    for mechanism, word, linear in (
            ("RELU", "relu", True), ("IDENTITY", "linear", True),
            ("IDENTITY", "gaussianScores", False)):
        add("mechanism: %s, positions: concatenate, positionWidth: 2, decay: exponential" % word,
            attention(mechanism=mechanism, linear=linear, positions="CONCAT", width=2,
                      decay=exponential(1)), head=False)
    standard = "parametrisation: standard"
    cases.append(case(
        "sequence(5, channels: 4) > dense(weightVariance: 1.4, biasVariance: 0.1, %s) > relu > "
        "attention(mechanism: relu, positions: sum, positionVariance: 0.5) > "
        "dense(weightVariance: 1.1, %s) > relu > flatten > dense(%s)"
        % (standard, standard, standard),
        [dense(1.4, 0.1, True), relu,
         attention("RELU", positions="SUM", variance=0.5), dense(1.1, 0, True), relu, flat],
        x1, x2))
    # A flattened layer has as many units as positions, which the standard parametrisation counts in
    # neural-tangents: that case ends before its readout.
    cases[-1]["network"] = cases[-1]["network"].rsplit(" > ", 1)[0]
    y1, y2 = random.randn(2, 3, 4, 2), random.randn(2, 3, 4, 2)
    images = []
    for word, mechanism, linear in (
            ("softmax", "SOFTMAX", True), ("relu", "RELU", True),
            ("gaussianScores", "IDENTITY", False)):
        images.append(case(
            "image(3, 4, channels: 2) > conv(2, biasVariance: 0.1) > erf > "
            "attention(mechanism: %s, positions: sum, positionVariance: 0.6, decay: exponential, "
            "decayLength: 1.5, distancePower: 1, positionsIn: all) > relu > globalAveragePool"
            % word,
            [conv((2, 2), bias=0.1), erf,
             attention(mechanism, linear, positions="SUM", variance=0.6, decay=exponential(1.5),
                       power=1, in_values=True), relu, gap], y1, y2))
    return [
        {"x1": x1.reshape(3, -1).tolist(), "x2": x2.reshape(2, -1).tolist(), "cases": cases},
        {"x1": y1.reshape(2, -1).tolist(), "x2": y2.reshape(2, -1).tolist(), "cases": images}]


CONSTANT = 50.0


def padded_sequences(count, length, channels, lengths):
    x = random.randn(count, length, channels)
    for row, end in enumerate(lengths):
        x[row, end:] = CONSTANT
    return x


def masks():
    x1 = padded_sequences(4, 7, 3, [7, 4, 2, 5])
    x2 = padded_sequences(3, 7, 3, [3, 6, 1])
    x1[0, 2] = CONSTANT  # a gap in the middle
    x1[3, 1, 2] = CONSTANT  # one number only
    front = "sequence(7, channels: 3, mask: 50) > "
    cases = []

    def add(text, layers):
        cases.append(case(front + text, layers, x1, x2, CONSTANT))

    end = " > dense(weightVariance: 1.2, biasVariance: 0.05)"
    last = dense(1.2, 0.05)
    for readout, layer in (("flatten", flat), ("globalAveragePool", gap)):
        add(HEAD + readout + end, [first, relu, layer, last])
        add("conv(3, weightVariance: 2, biasVariance: 0.1) > relu > conv(2) > relu > " + readout
            + end, [conv((3,), weight=2, bias=0.1), relu, conv((2,)), relu, layer, last])
        add("conv(3, stride: 2, biasVariance: 0.1) > erf > " + readout + " > dense",
            [conv((3,), (2,), bias=0.1), erf, layer, dense()])
        add("conv(3, padding: valid, biasVariance: 0.1) > relu > averagePool(2, stride: 1) > "
            "conv(2, padding: valid) > relu > " + readout + " > dense",
            [conv((3,), padding="VALID", bias=0.1), relu, stax.AvgPool((2,), (1,)),
             conv((2,), padding="VALID"), relu, layer, dense()])
        add("conv(3, padding: circular, biasVariance: 0.2) > relu > sumPool(2, stride: 1, "
            "padding: same) > " + readout + " > dense",
            [conv((3,), padding="CIRCULAR", bias=0.2), relu,
             stax.SumPool((2,), (1,), "SAME"), layer, dense()])
        add("localConv(3, biasVariance: 0.2) > relu > " + readout + " > dense",
            [conv((3,), bias=0.2, local=True), relu, layer, dense()])
        add("dense(biasVariance: 0.3) > layerNorm > relu > dense > layerNorm(over: all) > erf > "
            + readout + " > dense",
            [dense(1, 0.3), stax.LayerNorm(), relu, dense(), stax.LayerNorm((1, 2)), erf, layer,
             dense()])
        add("conv(3) > residual(relu > conv(3, biasVariance: 0.1)) > relu > averagePool(2) > "
            + readout + " > dense > relu > dense",
            [conv((3,)), residual(relu, conv((3,), bias=0.1)), relu, stax.AvgPool((2,), (2,)),
             layer, dense(), relu, dense()])
        for word, mechanism, linear in (
                ("softmax", "SOFTMAX", True), ("relu", "RELU", True),
                ("linear", "IDENTITY", True), ("gaussianScores", "IDENTITY", False)):
            add(HEAD + "attention(mechanism: %s, biasVariance: 0.1) > relu > " % word + readout
                + end,
                [first, relu, attention(mechanism, linear, bias=0.1), relu, layer, last])
            add(HEAD + "attention(mechanism: %s, positions: sum, positionVariance: 0.7, "
                "decay: exponential, decayLength: 3, positionsIn: all) > relu > " % word
                + readout + end,
                [first, relu,
                 attention(mechanism, linear, positions="SUM", variance=0.7,
                           decay=exponential(3), in_values=True), relu, layer, last])
    for word, layer in (
            ("erf", erf), ("gelu", stax.Gelu()), ("sin", stax.Sin()), ("cos", stax.Cos()),
            ("gaussian", stax.Gaussian()), ("exp", stax.Exp()), ("sign", stax.Sign()),
            ("sigmoidLike", stax.Sigmoid_like()), ("leakyRelu(slope: 0.2)", stax.LeakyRelu(0.2)),
            # RectifiedMonomial is NaN there where a variance is zero, Hermite is of unit variance.
            ("rbf", stax.Rbf())):
        add("dense(weightVariance: 0.8, biasVariance: 0.1) > %s > globalAveragePool > dense" % word,
            [dense(0.8, 0.1), layer, gap, dense()])
    add("conv(3, biasVariance: 0.1, parametrisation: standard) > relu > flatten",
        [conv((3,), bias=0.1, standard=True), relu, flat])

    def image(count):
        y = random.randn(count, 5, 4, 2)
        for row in range(count):
            y[row, 5 - row % 3:] = CONSTANT
            y[row, :, 4 - row % 2:] = CONSTANT
        y[0, 1, 1] = CONSTANT
        return y

    y1, y2 = image(4), image(2)
    front_image = "image(5, 4, channels: 2, mask: 50) > "
    images = []
    for readout, layer in (("flatten", flat), ("globalAveragePool", gap)):
        images.append(case(
            front_image + "conv(3, weightVariance: 2, biasVariance: 0.1) > relu > "
            "conv(3, stride: 2, biasVariance: 0.2) > relu > " + readout + " > dense",
            [conv((3, 3), weight=2, bias=0.1), relu, conv((3, 3), (2, 2), bias=0.2), relu, layer,
             dense()], y1, y2, CONSTANT))
        images.append(case(
            front_image + "conv(2, 3, padding: valid, biasVariance: 0.1) > relu > "
            "averagePool(2) > " + readout + " > dense",
            [conv((2, 3), padding="VALID", bias=0.1), relu, stax.AvgPool((2, 2), (2, 2)), layer,
             dense()], y1, y2, CONSTANT))
    return [
        {"x1": x1.reshape(4, -1).tolist(), "x2": x2.reshape(3, -1).tolist(), "cases": cases},
        {"x1": y1.reshape(4, -1).tolist(), "x2": y2.reshape(2, -1).tolist(), "cases": images}]


write("network_positions.json", positions())
write("network_masks.json", masks())
