"""The table of a run, on the terminal and in docs/benchmarks.md."""

import datetime
import pathlib
import platform

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEADER = [
    "benchmark", "size", "peer", "Mercer s", "peer s", "peer / Mercer", "spread", "results",
]
NUMERIC = range(3, 7)
# Sizes are shown in this order.
SIZES = ["n", "m", "d", "right_hand_sides", "element", "rows", "columns"]


def size_text(row):
    """`n 20000, m 20000, d 32, right hand sides 1`."""
    size = row["size"]
    return ", ".join(f"{key} {size[key]}" for key in SIZES if key in size).replace("_", " ")


def cells(row):
    spread = " / ".join(f"{100 * value:.0f} %" for value in row["spread"])
    return [
        row["name"],
        size_text(row),
        f"{row['peer']} {row['version']}".strip(),
        f"{row['mercer']:.3f}",
        f"{row['other']:.3f}",
        f"{row['ratio']:.2f}",
        spread,
        "agree" if row["comparable"] else "not the same work",
    ]


def print_table(rows):
    lines = [HEADER] + [cells(row) for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
    for line in lines:
        print("  ".join(
            cell.rjust(width) if i in NUMERIC else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths))).rstrip())


def memory_lines(rows):
    """What Mercer's products take beside inputs and outputs, a line for each size."""
    peaks = {}
    for row in rows:
        if row["name"] == "gaussian-product" and row["peak_bytes_beyond"] is not None:
            size = size_text(row)
            peaks[size] = max(peaks.get(size, 0), row["peak_bytes_beyond"])
    return [f"{size}: {peak / 1e6:.1f} MB" for size, peak in peaks.items()]


def bound_lines(rows):
    """Entries a second and the share of the bound, a line for each row that has them."""
    return [
        f"{row['name']} ({size_text(row)}): {row['entries_per_second']:.3g} entries a second, beside "
        f"{row['counted']['entries'] / row['other']:.3g} of {row['peer']}; "
        f"{100 * row['fraction_of_bound']:.0f} % of the bound"
        for row in rows if "fraction_of_bound" in row
    ]


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def table_line(row):
    return "| " + " | ".join(cells(row)) + " |"


def replace_rows(rows):
    """Puts rows that were measured again in the place of the old ones, or last where there are none, and
    says when."""
    lines = PAGE.read_text().splitlines()
    names = []
    for row in rows:
        key = [row["name"], size_text(row)]
        for place, line in enumerate(lines):
            old = [cell.strip() for cell in line.strip("| ").split(" | ")]
            if old[:2] == key and len(old) == len(HEADER) and old[2].startswith(row["peer"]):
                lines[place] = table_line(row)
                break
        else:
            start = lines.index(BEGIN)
            last = max(i for i, line in enumerate(lines[:lines.index(END)]) if line.startswith("| "))
            assert last > start
            lines.insert(last + 1, table_line(row))
        names.append(f"{row['name']} ({size_text(row)}) beside {row['peer']}")
    found = bound_lines(rows)
    old = tuple(f"- {line.split(':')[0]}:" for line in found)
    lines = [line for line in lines if not (old and line.startswith(old))]
    end = lines.index(END)
    today = datetime.date.today().isoformat()
    lines[end:end] = [f"- {line}." for line in found] + [f"- Measured again, {today}: {'; '.join(names)}."]
    PAGE.write_text("\n".join(lines) + "\n")


def write_page(options, rows, missing):
    """Puts the table of this run between the marks of the page."""
    text = PAGE.read_text()
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    lines = [
        "",
        f"{datetime.date.today().isoformat()}, {processor()}, {options.threads} threads, "
        f"{platform.system()} {platform.machine()}, Mercer's loops for {rows[0]['loops']}. "
        f"Medians of {options.rounds} runs of each side, in turns; spread is (longest − shortest) / "
        "median, Mercer / peer.",
        "",
        "| " + " | ".join(HEADER) + " |",
        "|---|---|---|--:|--:|--:|--:|---|",
        *(table_line(row) for row in rows),
        "",
    ]
    if missing:
        lines += ["Not measured:", "", *(f"- {line}" for line in missing), ""]
    if memory := memory_lines(rows):
        lines += [
            "Memory that Mercer's Gaussian products take at their peak, beside inputs and outputs:",
            "", *(f"- {line}" for line in memory), "",
        ]
    if found := bound_lines(rows):
        lines += [
            "Kernel values of networks, and the share of what the vector units can do (see above):", "",
            *(f"- {line}" for line in found), "",
        ]
    PAGE.write_text(before + BEGIN + "\n".join(lines) + END + after)
