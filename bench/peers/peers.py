"""Measures NumPy, FAISS and hnswlib on one case: peers.py <case.json>. Prints a result a line, as child.ts does.

The case names raw float32 and int32 files, which the JavaScript side reads too. Everything runs on one thread.
"""

import importlib
import json
import os
import sys
import time

# Read when the libraries are loaded, so set before.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")

try:
    import numpy as np
except ImportError as missing:
    print(json.dumps({"method": "NumPy", "problem": f"not installed ({missing})"}))
    sys.exit(0)

WARM_UP_QUERIES = 8
FEWEST_BATCHES = 5
BATCH_SECONDS = 2.0
SINGLE_SECONDS = 20.0
ROUNDS = 3


class Data:
    """A case read into memory. Under cosine, `unit_base` and `unit_queries` have rows of length 1."""

    def __init__(self, path):
        with open(path, encoding="utf8") as file:
            self.case = json.load(file)
        files, dimensions = self.case["files"], self.case["dimensions"]
        self.k, self.batch = self.case["k"], self.case["batch"]
        self.base = np.fromfile(files["base"], "<f4").reshape(-1, dimensions)
        self.queries = np.fromfile(files["queries"], "<f4").reshape(-1, dimensions)
        self.truth = np.fromfile(files["truth"], "<i4").reshape(-1, self.k)

    def directions(self, rows):
        """Rows for an inner-product index: under cosine scaled to length 1."""
        if self.case["metric"] == "ip":
            return rows
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def recall(answers, truth):
    found = sum(len(np.intersect1d(answer, right)) for answer, right in zip(answers, truth))
    return found / (len(answers) * truth.shape[1])


def time_singles(data, queries, search):
    for query in queries[:WARM_UP_QUERIES]:
        search(query)
    start = time.perf_counter()
    for _ in range(ROUNDS):
        if time.perf_counter() - start > SINGLE_SECONDS / ROUNDS:
            break
        times, answers = [], []
        for query in queries:
            before = time.perf_counter()
            answer = search(query)
            after = time.perf_counter()
            times.append(after - before)
            answers.append(answer)
            if after - start > SINGLE_SECONDS:
                break
    return {
        "milliseconds": 1e3 * float(np.median(times)),
        "p99": 1e3 * float(np.percentile(times, 99, method="inverted_cdf")),
        "recall": recall(answers, data.truth),
    }


def time_batches(data, batches, call):
    call(batches[0])
    times = []
    start = time.perf_counter()
    while len(times) < FEWEST_BATCHES or time.perf_counter() - start < BATCH_SECONDS:
        before = time.perf_counter()
        call(batches[len(times) % len(batches)])
        times.append(time.perf_counter() - before)
    return {"batchedRate": data.batch / float(np.median(times))}


def report(data, method, queries, search=None, search_batch=None, has_answers=True, **facts):
    """Measures what the case asks of one index and prints the result. Queries are given as the index takes them."""
    result = {"method": method, **facts}
    if data.case["batched"] and search_batch:
        count = len(queries) // data.batch
        batches = [queries[turn * data.batch : (turn + 1) * data.batch] for turn in range(count)]
        result.update(time_batches(data, batches, search_batch))
        if has_answers:
            result["recall"] = recall(np.concatenate([search_batch(batch) for batch in batches]), data.truth)
    if data.case["single"] and search:
        result.update(time_singles(data, queries, search))
    print(json.dumps(result), flush=True)


def timed(build):
    start = time.perf_counter()
    built = build()
    return built, time.perf_counter() - start


def measure_numpy(data):
    base, build_seconds = timed(lambda: data.directions(data.base))
    queries = data.directions(data.queries)
    cut = len(base) - data.k
    facts = {"buildSeconds": build_seconds, "bytes": base.nbytes}
    scores = np.empty((data.batch, len(base)), np.float32)

    def search(query):
        return np.argpartition(base @ query, cut)[cut:]

    def multiply(batch):
        return np.dot(batch, base.T, out=scores)

    def search_batch(batch):
        return np.argpartition(multiply(batch), cut, axis=1)[:, cut:]

    name = f"NumPy {np.__version__}"
    report(data, f"{name}, product + argpartition", queries, search, search_batch, **facts)
    if data.case["batched"]:
        method = f"{name}, sgemm alone, no top-{data.k}"
        report(data, method, queries, search_batch=multiply, has_answers=False, **facts)


def measure_faiss(data):
    faiss = importlib.import_module("faiss")
    faiss.omp_set_num_threads(1)
    queries = data.directions(data.queries)
    name = f"FAISS {faiss.__version__}"

    def build(factory):
        index = faiss.index_factory(data.case["dimensions"], factory, faiss.METRIC_INNER_PRODUCT)
        rows = data.directions(data.base)
        index.train(rows)
        index.add(rows)
        return index

    def measure(method, index, build_seconds, **facts):
        def search(query):
            return index.search(query[np.newaxis], data.k)[1][0]

        def search_batch(batch):
            return index.search(batch, data.k)[1]

        report(data, method, queries, search, search_batch, buildSeconds=build_seconds, **facts)

    if not data.case["approximate"]:
        flat, build_seconds = timed(lambda: build("Flat"))
        measure(f"{name} IndexFlatIP", flat, build_seconds, bytes=data.base.nbytes)
        return
    ivf, build_seconds = timed(lambda: build("IVF1024,Flat"))
    for ivf.nprobe in (16, 32, 64, 128, 256):
        measure(f"{name} IVF1024, {ivf.nprobe} probes", ivf, build_seconds)
    fast, build_seconds = timed(lambda: build("IVF316,PQ50x4fs,RFlat"))
    fast.k_factor = 20
    for probes in (16, 32, 64, 128):
        faiss.downcast_index(fast.base_index).nprobe = probes
        measure(f"{name} IVF316 PQ50x4fs RFlat, {probes} probes", fast, build_seconds)


def measure_hnswlib(data):
    hnswlib = importlib.import_module("hnswlib")
    if not data.case["approximate"]:
        return

    def build():
        index = hnswlib.Index(data.case["metric"], data.case["dimensions"])
        index.init_index(len(data.base), M=16, ef_construction=200, random_seed=1)
        index.set_num_threads(1)
        index.add_items(data.base)
        return index

    index, build_seconds = timed(build)
    for ef in (20, 40, 60, 80, 120, 160, 240, 320, 640):
        index.set_ef(ef)
        report(
            data,
            f"hnswlib, M 16, ef {ef}",
            data.queries,
            lambda query: index.knn_query(query, data.k)[0][0],
            lambda batch: index.knn_query(batch, data.k)[0],
            buildSeconds=build_seconds,
        )


def main():
    data = Data(sys.argv[1])
    for name, measure in {"NumPy": measure_numpy, "FAISS": measure_faiss, "hnswlib": measure_hnswlib}.items():
        try:
            measure(data)
        except ImportError as missing:
            print(json.dumps({"method": name, "problem": f"not installed ({missing})"}), flush=True)
        except Exception as failure:  # One peer that fails must not silence the next.
            print(json.dumps({"method": name, "problem": f"failed: {failure!r}"}), flush=True)


main()
