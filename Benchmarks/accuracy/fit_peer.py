"""Fits one peer to the two files of a split, in a process of its own, and prints one JSON object."""

import argparse
import importlib
import json
import time
import warnings

import measures
import pandas as pd
from encoding import encode
from peers import BY_NAME


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=list(BY_NAME))
    parser.add_argument("training")
    parser.add_argument("held_out")
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")

    peer = BY_NAME[options.peer]
    data = encode(
        pd.read_csv(options.training), pd.read_csv(options.held_out),
        filled=not peer.is_tree, scales_categories=peer.scales_categories)

    importlib.import_module(peer.module)
    start, start_processor = time.perf_counter(), time.process_time()
    predict = peer.fit(data, options.threads)
    fitted = time.perf_counter()
    predicted = predict(data.held_out)
    end, end_processor = time.perf_counter(), time.process_time()

    if data.class_count:
        result = measures.classes(predicted, data.held_out_target, peer.has_probabilities)
    else:
        result = measures.regression(predicted, data.held_out_target)
    result |= {
        "seconds": end - start,
        "predict_seconds": end - fitted,
        "processor_seconds": end_processor - start_processor,
        "encoded_columns": data.training.shape[1],
    }
    print(json.dumps(result))


main()
