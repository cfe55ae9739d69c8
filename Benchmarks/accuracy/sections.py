"""The tables of the page, as lines of Markdown."""

import summary
from collected import BOOSTING, MERCER

NONE = "–"


def lines_of(header, rows, left=1):
    """A table whose first columns are texts and whose others are numbers."""
    rule = ["---"] * left + ["--:"] * (len(header) - left)
    return ["| " + " | ".join(map(str, row)) + " |" for row in [header, rule, *rows]] + [""]


def number(value, digits=4):
    return NONE if value is None else f"{value:.{digits}f}"


def bold_least(texts, values):
    having = [value for value in values if value is not None]
    return [f"**{text}**" if value is not None and value == min(having) else text
            for text, value in zip(texts, values)]


def cell(results, name, measure="error", digits=4):
    """A number, or why there is none."""
    result = results.get(name)
    if result and result.get("is_timeout"):
        return "> limit"
    return number(result.get(measure) if result else None, digits)


def sizes(collected):
    rows = []
    for table in collected.tables:
        result = next(
            result for seed in collected.seeds
            for result in collected.results.get((table.name, seed), {}).values())
        rows.append([table.name, "classes" if table.is_classes else "number", table.source,
                     *result["rows"], result["columns"]])
    return lines_of(["table", "target", "from", "rows", "held out", "columns"], rows, left=3)


def first_split(collected):
    ratios, rows = collected.ratios(over_all=False), []
    for table in collected.tables:
        results = collected.results.get((table.name, collected.seeds[0]), {})
        values = [results.get(name, {}).get("error") for name in collected.learners]
        texts = bold_least([cell(results, name) for name in collected.learners], values)
        found = ratios.get(table.name, (None, None))
        rows.append([table.name, *texts, number(found[0], 3), number(found[1], 3)])
    header = ["table", *collected.learners, f"{MERCER} / {BOOSTING}", f"{MERCER} / best peer"]
    return lines_of(header, rows)


def all_splits(collected):
    ratios, rows = collected.ratios(over_all=True), []
    for table in collected.tables:
        found = collected.over_seeds(table)
        pairs = [found.get(name) for name in collected.learners]
        texts = [NONE if pair is None else number(pair[0]) if pair[1] is None
                 else f"{number(pair[0])} ± {number(pair[1])}" for pair in pairs]
        shares = ratios.get(table.name, (None, None))
        rows.append([table.name, len(collected.common_seeds(table)),
                     *bold_least(texts, [pair and pair[0] for pair in pairs]),
                     number(shares[0], 3), number(shares[1], 3)])
    header = ["table", "splits", *collected.learners,
              f"{MERCER} / {BOOSTING}", f"{MERCER} / best peer"]
    return lines_of(header, rows)


def ranks(collected):
    found = [collected.mean_ranks(over_all) for over_all in (False, True)]
    rows = [[name, *(number(ranks.get(name), 2) for ranks, _ in found)]
            for name in collected.learners]
    counts = [count for _, count in found]
    header = ["mean rank", f"first split, {counts[0]} tables", f"all splits, {counts[1]} tables"]
    return lines_of(header, rows)


def verdict(collected, over_all):
    """What ratios come to: over CatBoost's, over the best peer's, the worst, how many at most 1."""
    ratios = collected.ratios(over_all)
    if not ratios:
        return [NONE] * 4
    others = [one[0] for one in ratios.values() if one[0] is not None]
    best = {name: one[1] for name, one in ratios.items()}
    worst = max(best, key=best.get)
    return [
        number(summary.geometric_mean(others), 3) if others else NONE,
        number(summary.geometric_mean(best.values()), 3),
        f"{best[worst]:.3f} ({worst}, {ratios[worst][2]})",
        f"{sum(value <= 1 for value in best.values())} of {len(best)}",
    ]


def verdicts(collected):
    names = [f"geometric mean of {MERCER} / {BOOSTING}", f"geometric mean of {MERCER} / best peer",
             f"largest {MERCER} / best peer", "tables where it is at most 1"]
    wanted = ["0.95", "1.00", "1.08", "all"]
    both = [verdict(collected, over_all) for over_all in (False, True)]
    return lines_of(["", "wanted", "first split", "means of all splits"],
                    list(zip(names, wanted, *both)))


def log_losses(collected):
    rows = []
    for table in collected.tables:
        if table.is_classes:
            losses = collected.values(table, collected.seeds[0], "log_loss")
            values = [losses.get(name) for name in collected.learners]
            rows.append([table.name, *bold_least([number(value) for value in values], values)])
    return lines_of(["log loss", *collected.learners], rows)


def trust(collected):
    """Coverage and calibration on the first split, and the range over all."""
    rows = []
    for table in collected.tables:
        measure = "calibration_error" if table.is_classes else "interval_coverage"
        each = [collected.values(table, seed, measure).get(MERCER) for seed in collected.seeds]
        having = [value for value in each if value is not None]
        if having:
            rows.append([table.name, measure.replace("_", " "), number(each[0], 3),
                         f"{min(having):.3f} to {max(having):.3f}"])
    return lines_of(["table", "", "first split", "all splits"], rows, left=2)


def times(collected):
    rows = []
    for table in collected.tables:
        results = collected.results.get((table.name, collected.seeds[0]), {})
        texts = []
        for name in collected.learners:
            result = results.get(name, {})
            mark = "" if result.get("is_quiet", True) else "*"
            seconds = result.get("seconds")
            texts.append(cell(results, name) if seconds is None else
                         f"{seconds:.{0 if seconds >= 10 else 2}f}{mark}")
        rows.append([table.name, *texts])
    return lines_of(["seconds", *collected.learners], rows)
