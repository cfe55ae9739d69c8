"""What a run says, on the terminal and in docs/benchmarks-accuracy.md."""

import datetime
import pathlib

import peers
import sections

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "benchmarks-accuracy.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def measured(collected, missing, mercer_version, threads):
    """The part of the page that a run writes."""
    excess = collected.excess_log_loss()
    versions = peers.versions()
    packages = sorted({
        f"{peer.package} {versions[peer.package]}"
        for peer in peers.ALL if peer.name in collected.peers})
    lines = [
        f"{datetime.date.today().isoformat()}, Mercer {mercer_version or '(not run)'}, "
        f"{threads} threads; {', '.join(packages)}.", "",
        "### Tables", "", *sections.sizes(collected),
        "### Errors on the first split", "", *sections.first_split(collected),
        "### Errors over all splits, mean ± standard deviation", "",
        *sections.all_splits(collected),
        "### What they come to", "", *sections.verdicts(collected), *sections.ranks(collected),
        "### Probabilities, first split", "", *sections.log_losses(collected)]
    if excess is not None:
        lines += [f"Mercer's log loss less the best peer's, averaged: {excess:+.4f}; wanted: at most "
                  "0.", ""]
    lines += [
        "### Mercer's intervals and probabilities", "", *sections.trust(collected),
        "### Seconds, first split", "", *sections.times(collected),
        "A time with `*` was taken while other processes used more than a quarter of a core, and is "
        "an upper bound.", ""]
    if missing:
        lines += ["Not measured:", "", *(f"- {line}" for line in missing), ""]
    return lines


def write(lines):
    """Puts the lines between the marks of the page."""
    before, rest = PAGE.read_text().split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    PAGE.write_text(before + BEGIN + "\n" + "\n".join(lines) + END + after)
