"""Fashion-MNIST (Xiao et al. 2017) as a table: the first 8,000 and 2,000 images, a column a pixel."""

import gzip

import numpy as np
import pandas as pd
from sources import debian

ROWS = {"train": 8_000, "test": 2_000}
FILES = {"train": "train", "test": "t10k"}
# Bytes before the first image and before the first label (the IDX format).
IMAGE_HEADER, LABEL_HEADER = 16, 8
PIXELS = 28 * 28


def read(file, header, width, rows):
    with gzip.open(file) as stream:
        content = stream.read(header + width * rows)
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(rows, width)


def fashion(work):
    folder = debian("dataset-fashion-mnist", work) / "usr/share/datasets/fashion-mnist"
    parts = []
    for part, rows in ROWS.items():
        images = read(folder / f"{FILES[part]}-images-idx3-ubyte.gz", IMAGE_HEADER, PIXELS, rows)
        labels = read(folder / f"{FILES[part]}-labels-idx1-ubyte.gz", LABEL_HEADER, 1, rows)
        table = pd.DataFrame(images, columns=[f"p{i}" for i in range(PIXELS)])
        parts.append(table.assign(label=labels[:, 0], split=part))
    return pd.concat(parts, ignore_index=True)
