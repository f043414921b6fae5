"""SciPy's products and scikit-learn's TruncatedSVD: peers.py <path>..., the files of matrices.ts. A result a line."""

import json
import os
import statistics
import sys
import time

# Read when the libraries are loaded, so set before.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")

import numpy as np
from scipy.sparse import csr_matrix


def median(run, seconds=1.0):
    run()
    times, until = [], time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < until:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def show(method, job, milliseconds):
    print(json.dumps({"method": method, "job": job, "milliseconds": milliseconds}), flush=True)


def decompose(name, matrix):
    try:
        from sklearn.decomposition import TruncatedSVD
    except ImportError as missing:
        print(json.dumps({"method": "scikit-learn", "problem": f"not installed ({missing})"}))
        return
    svd = TruncatedSVD(n_components=128, n_iter=5, n_oversamples=10, random_state=1)
    start = time.perf_counter()
    svd.fit_transform(matrix)
    show("scikit-learn", f"{name}: TruncatedSVD 128", 1e3 * (time.perf_counter() - start))


for path in sys.argv[1:]:
    name = os.path.basename(path)
    with open(f"{path}.shape", encoding="utf8") as file:
        rows, columns, _ = map(int, file.read().split())
    arrays = (np.fromfile(f"{path}.{part}", kind) for part, kind in
              (("values", "<f4"), ("indices", "<i4"), ("indptr", "<i4")))
    matrix = csr_matrix(tuple(arrays), shape=(rows, columns))
    x = (np.arange(columns) % 7 - 3).astype(np.float32)
    show("SciPy", f"{name}: matvec", median(lambda: matrix @ x))
    if name == "random":
        block = np.full((columns, 32), 0.5, np.float32)
        show("SciPy", f"{name}: matmat 32", median(lambda: matrix @ block))
    if name == "reuters_tfidf":
        decompose(name, matrix)
