#!/usr/bin/env python3
"""What a convolutional kernel is worth on images: Fashion-MNIST by `mercer fit` with three kernels.

A Gaussian kernel, the tangent kernel of a dense network and that of a convolutional one are fitted to
the same images, the first n of the training set, and judged by the same held-out ones. The length scale
of the Gaussian is the one of a list that has the least leave-one-out error. Run it through
`make bench-images`; the table goes into docs/benchmarks.md.

    Benchmarks/images.py --mercer .build/release/mercer [--data DIRECTORY]

The images (Xiao et al. 2017, MIT) come from Debian's package dataset-fashion-mnist, which is unpacked and
not installed, or from a directory with the four files of the data set, `train-images-idx3-ubyte.gz` and
so on.
"""

import argparse
import datetime
import gzip
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import page

HERE = pathlib.Path(__file__).resolve().parent
BEGIN, END = "<!-- images: begin -->", "<!-- images: end -->"
SHAPE = "image(28, 28)"
LENGTH_SCALES = (5, 10, 20, 40)
DENSE = "ntk((dense(weightVariance: 2) > relu) ^ 3 > dense)"
CONVOLUTION = "(conv(3, weightVariance: 2) > relu)"
CONVOLUTIONAL = f"ntk({SHAPE} > {CONVOLUTION} ^ 5 > averagePool(4) > flatten > dense)"
# The network was chosen by its errors on the first held-out images, so others are the judges.
SEEN = 1000


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mercer", required=True, help="the mercer binary")
    parser.add_argument("--data", type=pathlib.Path, help="a directory with the data set")
    parser.add_argument("--rows", type=int, nargs="*", default=[500, 1000, 2000],
                        help="images to learn from (default: 500 1000 2000)")
    parser.add_argument("--test-rows", type=int, default=1000,
                        help="images to be judged by (default: 1000)")
    parser.add_argument("--convolutional", default=CONVOLUTIONAL, help="the convolutional kernel")
    parser.add_argument("--quick", action="store_true",
                        help="few images, to see that everything runs; nothing is written")
    options = parser.parse_args()
    if options.quick:
        options.rows, options.test_rows = [60, 120], 60
    return options


def images(folder, part, rows):
    """The first images and labels of a part of the data set (the IDX format)."""
    found = []
    for what, header, shape in (("images-idx3", 16, (rows, 28, 28)), ("labels-idx1", 8, (rows,))):
        with gzip.open(folder / f"{part}-{what}-ubyte.gz") as stream:
            content = stream.read(header + math.prod(shape))
        found.append(np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape))
    return found


def source(options, work):
    """The directory of the data set."""
    if options.data:
        return options.data
    sys.path.insert(0, str(HERE / "accuracy"))
    import sources

    try:
        package = sources.debian("dataset-fashion-mnist", work)
    except (sources.Unavailable, subprocess.CalledProcessError) as error:
        sys.exit(f"bench: {error}; or name a directory with the data set by --data")
    return package / "usr/share/datasets/fashion-mnist"


def fit(options, folder, rows, kernel, is_tested=True):
    """What a fit prints, and its wrong predictions on the held-out images."""
    # The Gaussian takes pixels as the numbers of one array, too: files have three axes.
    output = folder / "model"
    command = [
        options.mercer, "fit", folder / f"x{rows}.npy", "--target", folder / f"y{rows}.npy",
        "--kernel", kernel, "--output", output, "--json", "--quiet"]
    found = json.loads(subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=True).stdout)
    if not is_tested:
        return found, None
    lines = subprocess.run(
        [options.mercer, "predict", output / "model.safetensors", folder / "test.npy"],
        capture_output=True, text=True, check=True).stdout.splitlines()
    predicted = np.array([line.split(",")[0] for line in lines[1:]]).astype(int)
    return found, predicted != np.load(folder / "truth.npy")


def gaussian(options, folder, rows):
    """The Gaussian kernel of the length scale that validation prefers."""
    tried = {}
    for scale in LENGTH_SCALES:
        kernel = f"gaussian(lengthScale: {scale})"
        tried[kernel] = fit(options, folder, rows, kernel, is_tested=False)[0]["validation"]["log_loss"]
    return min(tried, key=tried.get)


def measure(options, folder, rows):
    """A line for each kernel."""
    kernels = {
        "Gaussian": gaussian(options, folder, rows), "dense NTK": DENSE,
        "convolutional NTK": options.convolutional}
    lines, wrong = [], {}
    for name, kernel in kernels.items():
        found, wrong[name] = fit(options, folder, rows, kernel)
        error = wrong[name].mean()
        forecast = found.get("forecast") or {}
        curve = next(iter(forecast.get("measures", {}).values()), None)
        lines.append({
            "rows": rows, "name": name, "kernel": found["kernel"], "error": error,
            "deviation": math.sqrt(error * (1 - error) / len(wrong[name])),
            "validation": found["validation"]["error"], "log_loss": found["validation"]["log_loss"],
            "seconds": sum(found["seconds"].values()),
            "forecast": curve and next(
                (one for one in curve["forecasts"] if one["rows"] == 2 * rows), None)})
        print(f"bench: {rows} images, {name}: {100 * error:.1f} %", file=sys.stderr, flush=True)
    for line in lines[:-1]:
        # Of the same images those that one gets right and the other does not: their difference is
        # surer than either error.
        worse = wrong[line["name"]].astype(int) - wrong[lines[-1]["name"]].astype(int)
        line["behind"] = (worse.mean(), worse.std() / math.sqrt(len(worse)))
    return lines


def cells(line):
    behind = "" if "behind" not in line else (
        f"{100 * line['behind'][0]:+.1f} ± {100 * line['behind'][1]:.1f}")
    forecast = line["forecast"]
    return [
        f"{line['rows']:,}", line["name"], f"{100 * line['error']:.1f} ± {100 * line['deviation']:.1f}",
        behind, f"{100 * line['validation']:.1f}",
        "" if not forecast else (f"{100 * forecast['error']:.1f} ({100 * forecast['lower']:.1f} to "
                                 f"{100 * forecast['upper']:.1f})"),
        f"{line['seconds']:.0f}"]


HEADER = [
    "images", "kernel", "wrong, %", "more than convolutional", "leave-one-out, %",
    "forecast for twice the images, %", "seconds"]


def write(options, lines):
    text = page.PAGE.read_text()
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    scales = ", ".join(sorted({line["kernel"] for line in lines if line["name"] == "Gaussian"}))
    out = [
        "", f"{datetime.date.today().isoformat()}, {page.processor()}, {os.cpu_count()} cores, "
        f"{options.test_rows:,} held-out images; ± is a standard error, of differences that of the same "
        "images. Seconds are those of the whole fit, report included.", "",
        f"| {' | '.join(HEADER)} |", "|--:|---|--:|--:|--:|--:|--:|",
        *(f"| {' | '.join(cells(line))} |" for line in lines), "",
        f"- Gaussian: {scales}", f"- dense: `{DENSE}`", f"- convolutional: `{options.convolutional}`",
        ""]
    page.PAGE.write_text(before + BEGIN + "\n".join(out) + END + after)


def main():
    options = parse()
    (HERE / ".data").mkdir(exist_ok=True)
    place = source(options, HERE / ".data")
    lines = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for rows in options.rows:
            x, y = images(place, "train", rows)
            np.save(folder / f"x{rows}.npy", x)
            np.save(folder / f"y{rows}.npy", y)
        x, y = images(place, "t10k", SEEN + options.test_rows)
        np.save(folder / "test.npy", x[SEEN:])
        np.save(folder / "truth.npy", y[SEEN:])
        for rows in options.rows:
            lines += measure(options, folder, rows)
    widths = [max(map(len, column)) for column in zip(HEADER, *map(cells, lines))]
    for line in [HEADER, *map(cells, lines)]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    if not options.quick:
        write(options, lines)
        print(f"written to {page.PAGE.relative_to(HERE.parent)}")


main()
