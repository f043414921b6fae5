"""Stochastic gradient descent as textbooks write it: textbook.py <folder>, the files of main.ts. One epoch."""

import json
import sys
import time

import numpy as np

folder = sys.argv[1]
ratings = np.fromfile(f"{folder}/ratings", dtype=[("user", "<u4"), ("item", "<u4"), ("rating", "<f4")])
users = np.fromfile(f"{folder}/users", dtype="<f4").reshape(-1, 64)
items = np.fromfile(f"{folder}/items", dtype="<f4").reshape(-1, 64)
rate, penalty = np.float32(0.01), np.float32(0.02)
entries = [(int(user), int(item), rating) for user, item, rating in ratings]

total = 0.0
start = time.perf_counter()
for user, item, rating in entries:
    p = users[user].copy()
    q = items[item]
    error = rating - p @ q
    total += float(error) ** 2
    users[user] += rate * (error * q - penalty * p)
    items[item] += rate * (error * p - penalty * q)
milliseconds = 1000 * (time.perf_counter() - start)
print(json.dumps({"method": "Python", "milliseconds": milliseconds, "error": total}))
