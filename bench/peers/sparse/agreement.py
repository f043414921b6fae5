"""How far components lie from those of SciPy's svds: agreement.py <path>, the files of matrices.ts and <path>.components."""

import json
import sys

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds

COMPONENTS = 128
WITHIN = 1e-3
# ARPACK finds the last of the wanted vectors least well: it is asked for some more.
MARGIN = 12

path = sys.argv[1]
with open(f"{path}.shape", encoding="utf8") as file:
    rows, columns, _ = map(int, file.read().split())
arrays = (np.fromfile(f"{path}.{part}", kind) for part, kind in
          (("values", "<f4"), ("indices", "<i4"), ("indptr", "<i4")))
values, indices, indptr = arrays
matrix = csr_matrix((values.astype(np.float64), indices, indptr), shape=(rows, columns))
_, sigma, right = svds(matrix, k=COMPONENTS + MARGIN, ncv=400, tol=1e-12, random_state=0)
theirs = right[np.argsort(-sigma)][:COMPONENTS]
ours = np.fromfile(f"{path}.components", "<f4").reshape(COMPONENTS, columns).astype(np.float64)
signs = np.sign(np.sum(ours * theirs, axis=1, keepdims=True))
worst = np.max(np.abs(ours * signs - theirs), axis=1)
print(json.dumps({"method": "SciPy svds", "within": int(np.sum(worst <= WITHIN)), "worst": float(worst.max())}))
