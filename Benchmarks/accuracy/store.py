"""Results that are kept: one JSON object a line, appended, so that several runs can share a file."""

import json

# What a result is a result of. Later lines take the place of earlier ones.
KEY = ("table", "data", "seed", "learner", "version")


def key(result):
    return tuple(result[name] for name in KEY)


class Store:
    """A file of results; it may be missing."""

    def __init__(self, path):
        self.path = path
        self.results = {}
        if path.exists():
            for line in path.read_text().splitlines():
                result = json.loads(line)
                self.results[key(result)] = result

    def get(self, result_key):
        return self.results.get(result_key)

    def add(self, result):
        self.results[key(result)] = result
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a") as file:
            file.write(json.dumps(result, sort_keys=True) + "\n")
