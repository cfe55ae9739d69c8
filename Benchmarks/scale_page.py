"""The part on scale of docs/benchmarks.md, its marks, and the picture beside it."""

import datetime
import json
import math
import platform

import numpy as np

import log_log
from page import PAGE, processor

IMAGE = PAGE.parent / "images" / "scale.svg"
# Each part of a run stands between marks of its own, so that parts can be measured again alone.
MARK = "<!-- scale, {}: {} -->"


def slope(lines, key):
    """The exponent of a power law through the points, by least squares of logarithms."""
    points = [(math.log(line["rows"]), math.log(line[key])) for line in lines]
    x, y = (sum(values) / len(points) for values in zip(*points))
    below = sum((a - x) ** 2 for a, _ in points)
    return sum((a - x) * (b - y) for a, b in points) / below if below else math.nan


def table(header, rows, numeric):
    rule = ["--:" if i in numeric else "---" for i in range(len(header))]
    return [f"| {' | '.join(cells)} |" for cells in [header, rule, *rows]]


def curve_lines(found):
    rows = [[str(line["centres"]), line["side"], f"{line['seconds']:.2f}", f"{line['error']:.5f}"]
            for line in found]
    text = [
        f"Error against time, {found[0]['rows']:,} rows of 30 columns, ridge regression on uniform "
        f"centres, medians of {max(line['runs'] for line in found)} runs in turns. The error is the "
        "root mean square over rows that were not fitted, against the function without noise "
        "(of standard deviation 0.029).", "",
        *table(["centres", "side", "seconds", "error"], rows, [0, 2, 3]), ""]
    theirs = [line for line in found if line["side"] == "scikit-learn"]
    ours = [line for line in found if line["side"] == "Mercer"]
    for peer in theirs:
        same = [one for one in ours if one["error"] <= 1.01 * peer["error"]]
        if same:
            best = min(same, key=lambda one: one["seconds"])
            text.append(
                f"- scikit-learn's error with {peer['centres']:,} centres is reached, within 1 %, in "
                f"{best['seconds']:.2f} s instead of {peer['seconds']:.2f} s: "
                f"{peer['seconds'] / best['seconds']:.1f} times faster.")
    return [*text, ""]


def preconditioner_lines(found):
    lines = found["lines"]
    rows = [[line["name"], line["rank"], line["products"], line["residual"], line["seconds"]]
            for line in lines]
    plain = next(line for line in lines if line["name"] == "none")
    best = min((line for line in lines if line["stop"] == "converged"),
               key=lambda line: int(line["products"]))
    source = "a made table" if found["made"] else "a table of numbers"
    stopped = [f"- {line['name']} of rank {line['rank']} did not converge ({line['stop']})."
               for line in lines if line["stop"] != "converged"]
    return [
        f"Products with K to a relative residual of 1e-6 by conjugate gradients: {source}, "
        f"{found['title']}, Gaussian kernel. Processor seconds include the preconditioner.", "",
        *table(["preconditioner", "rank", "products", "residual", "processor s"], rows,
               [1, 2, 3, 4]), "",
        f"- The best takes {int(plain['products']) / int(best['products']):.0f} times fewer products "
        "than plain conjugate gradients.", *stopped, ""]


def centres_lines(found):
    rows = [[line["centres"], line["seconds"], line["products"], f"{int(line['bytes']) / 1e6:.1f}",
             line["batch"]] for line in found["lines"]]
    return [
        f"An epoch of EigenPro on centres, with delayed projections: {found['title']}, Laplace "
        "kernel. Seconds are those of the second epoch, which is the first with the full gradient.",
        "",
        *table(["centres", "processor s an epoch", "products an epoch", "MB beyond inputs", "batch"],
               rows, range(5)), "",
        *(f"- {name[0].upper() + name[1:]} on logarithmic scales: {value}"
          for name, value in found["slopes"].items()), *memory_lines(found["lines"]), ""]


def memory_lines(lines):
    """The exponent of growth in the memory of centres, beside what no centre adds to."""
    centres = np.array([float(line["centres"]) for line in lines])
    peaks = np.array([float(line["bytes"]) for line in lines])
    if len(centres) < 4:
        return []

    def deviations(exponent):
        powers = (centres / centres[0]) ** exponent
        terms = np.column_stack([np.ones(len(centres)), powers]) / peaks[:, None]
        weights = np.linalg.lstsq(terms, np.ones(len(centres)), rcond=None)[0]
        return weights, np.abs(terms @ weights - 1).max(), np.sum((terms @ weights - 1) ** 2)

    exponent = min(np.arange(0.3, 2, 0.01), key=lambda value: deviations(value)[2])
    straight, most, _ = deviations(1)
    return [
        "- A part of the memory is there whatever the number p of centres (vectors of all rows, "
        "eigenproblems of a fixed rank, scratch of the threads), which keeps the last slope below 1. "
        f"With that part fitted as well, peaks are a + b p^c with c = {exponent:.2f}; with c = 1 they "
        f"are {straight[0] / 1e6:.1f} MB + {straight[1] / centres[0] / 1e3:.1f} kB a centre, off by "
        f"at most {100 * most:.0f} %."]


def fit_lines(found):
    done = [line for line in found["lines"] if line["reason"] is None]
    rows = [[f"{line['rows']:,}", f"{line['seconds']:.1f}", f"{line['processor']:.1f}",
             f"{line['bytes'] / 1e6:.0f}", f"{line['error']:.4f}", f"{line['function_error']:.4f}",
             line["method"]] for line in done]
    text = [
        f"`mercer fit --memory {found['memory']}` from a CSV file of 20 columns to model and report: "
        "seconds by the clock and of the processors, highest resident memory, and the root mean "
        "square error on 20,000 rows that no fit saw, against y (whose noise is 0.5) and against "
        "the function without noise.", "",
        *table(["rows", "seconds", "processor s", "MB", "error", "without noise", "solver"], rows,
               range(6)), "",
        *(f"- {line['rows']:,} rows: not done: {line['reason']}"
          for line in found["lines"] if line["reason"])]
    if len(done) > 1:
        text.append(
            f"- Fitted exponents over all: time n^{slope(done, 'seconds'):.2f}, memory "
            f"n^{slope(done, 'bytes'):.2f}.")
        # Up to 50,000 rows a fit is exact, with another cost.
        large = [line for line in done if line["rows"] > 50_000]
        if 1 < len(large) < len(done):
            text.append(
                f"- Above 50,000 rows, where centres are used: time n^{slope(large, 'seconds'):.2f}, "
                f"memory n^{slope(large, 'bytes'):.2f}.")
        text += ["", "![Seconds and memory of a fit against the number of rows](images/scale.svg)"]
    return [*text, ""]


def rows_lines(found):
    def cell(run, key, form):
        return form.format(run[key]) if run and key in run else "–"

    peer = found["peer"]
    rows = []
    for line in found["lines"]:
        ours, theirs = line["mercer"], line.get("peer")
        rows.append([
            line["table"], f"{line['rows']:,}", cell(ours, "error", "{:.4f}"),
            cell(theirs, "error", "{:.4f}"), cell(ours, "seconds", "{:.0f}"),
            cell(theirs, "seconds", "{:.0f}"),
            f"{ours['bytes'] / 1e6:.0f}" if "bytes" in ours else "–"])
    failed = [f"- {line['table']}, {line['rows']:,} rows: {side} did not: {run['reason']}"
              for line in found["lines"]
              for side, run in (("Mercer", line["mercer"]), (peer, line.get("peer")))
              if run and run["reason"]]
    return [
        "Root mean square error over the standard deviation of the rows held out, and seconds: of the "
        f"whole process for Mercer, of fitting and predicting for {peer or 'nobody'}, with its defaults.",
        "",
        *table(["table", "rows", "Mercer", peer or "–", "seconds", f"seconds of {peer or '–'}", "MB"],
               rows, range(1, 7)), "", *failed, *([""] if failed else []),
        "![Errors against the rows learned from](images/scale-rows.svg)", ""]


def rows_picture(found):
    names = list(dict.fromkeys(line["table"] for line in found["lines"]))
    panels = []
    for name in names:
        points = [(line["rows"], line["mercer"]["error"]) for line in found["lines"]
                  if line["table"] == name and line["mercer"]["reason"] is None]
        if len(points) > 1:
            panels.append((f"error on {name}", points))
    return log_log.picture(panels, "rows") if panels else None


WRITERS = {"curve": curve_lines, "preconditioners": preconditioner_lines,
           "centres": centres_lines, "fit": fit_lines, "rows": rows_lines}


def write(options, results):
    """Prints what was found, and puts it into the page."""
    text = PAGE.read_text()
    for part, found in results.items():
        if not found:
            continue
        lines = WRITERS[part](found)
        print("\n".join(lines))
        begin, end = MARK.format(part, "begin"), MARK.format(part, "end")
        before, rest = text.split(begin, 1)
        stamp = (f"{datetime.date.today().isoformat()}, {processor()}, {options.threads} threads, "
                 f"{platform.system()} {platform.machine()}.")
        text = "\n".join([before + begin, stamp, "", *lines]) + end + rest.split(end, 1)[1]
    picture = None
    done = [line for line in results.get("fit", {}).get("lines", []) if line["reason"] is None]
    if len(done) > 1:
        picture = log_log.picture(
            [("seconds", [(line["rows"], line["seconds"]) for line in done]),
             ("megabytes at the peak", [(line["rows"], line["bytes"] / 1e6) for line in done])],
            "rows")
    if options.quick:
        print("quick: nothing is written")
        return
    PAGE.write_text(text)
    if picture:
        IMAGE.write_text(picture)
    if results.get("rows") and (drawn := rows_picture(results["rows"])):
        IMAGE.with_name("scale-rows.svg").write_text(drawn)
    keep = PAGE.parent.parent / "Benchmarks" / ".data"
    keep.mkdir(exist_ok=True)
    (keep / "scale.json").write_text(json.dumps(results, indent=1))
    print(f"written to {PAGE.relative_to(PAGE.parent.parent)}")
