"""Trains small models on made-up data and writes them to data/, with what XGBoost 1.7.4 predicts by them: python3 make.py"""

import json
import pathlib

import numpy as np
import xgboost as xgb

DATA = pathlib.Path(__file__).parent / "data"
ROWS = 20
NAMES = ["age", "income", "visits", "distance"]
# What the tree of objectives.json is read as; XGBoost takes the first of them for an old name of the second.
OBJECTIVES = """binary:hinge binary:logistic binary:logitraw count:poisson rank:map rank:ndcg rank:pairwise
reg:absoluteerror reg:gamma reg:linear reg:logistic reg:pseudohubererror reg:squarederror reg:squaredlogerror reg:tweedie
survival:aft survival:cox""".split()

# Each objective asks for its own.
PARAMETERS = {
    "aft_loss_param": {},
    "lambda_rank_param": {},
    "poisson_regression_param": {},
    "pseudo_huber_param": {},
    "reg_loss_param": {},
    "tweedie_regression_param": {},
}

random = np.random.default_rng(7)
x = random.normal(size=(400, 4)).astype(np.float32)
x[random.random(x.shape) < 0.2] = np.nan
known = np.nan_to_num(x)
signal = known[:, 0] + known[:, 1] * known[:, 2] + 0.3 * random.normal(size=400)


def numbers(values):
    """Shortest decimals of float32; null stands for NaN."""
    return [None if np.isnan(v) else float(str(np.float32(v))) for v in np.asarray(values).ravel()]


def matrix(labels=None, names=None):
    return xgb.DMatrix(x if labels is not None else x[:ROWS], labels, feature_names=names)


def predicted(booster, names=None):
    data = matrix(None, names)
    return {
        "features": numbers(x[:ROWS]),
        "margins": numbers(booster.predict(data, output_margin=True)),
        "firstRound": numbers(booster.predict(data, output_margin=True, iteration_range=(0, 1))),
        "predictions": numbers(booster.predict(data)),
    }


def ranking():
    data = matrix(np.digitize(signal, [-0.5, 0.5]), NAMES)
    data.set_group([20] * 20)
    return data


JOBS = {
    "binary-logistic": ({"objective": "binary:logistic", "max_depth": 3, "base_score": 0.3}, matrix(signal > 0), 4),
    "multi-softprob": (
        {"objective": "multi:softprob", "num_class": 3, "max_depth": 2},
        matrix(np.digitize(signal, [-0.5, 0.5])),
        2,
    ),
    "rank-pairwise": ({"objective": "rank:pairwise", "max_depth": 3}, ranking(), 4),
    # Leaf by leaf, up a staircase whose every step is three times as high: a lopsided tree of more than eight levels.
    "reg-squarederror": (
        {"objective": "reg:squarederror", "grow_policy": "lossguide", "tree_method": "hist", "max_depth": 0, "max_leaves": 14,
         "lambda": 0, "min_child_weight": 0},
        matrix(3.0 ** (np.argsort(np.argsort(known[:, 0])) // 25)),
        2,
    ),
}

expected = {}
for name, (parameters, data, rounds) in JOBS.items():
    booster = xgb.train(parameters, data, rounds)
    booster.save_model(DATA / f"{name}.json")
    expected[name] = predicted(booster, data.feature_names)
(DATA / "expected.json").write_text(json.dumps(expected))

model = json.loads((DATA / "binary-logistic.json").read_text())
objectives = []
for objective in OBJECTIVES:
    model["learner"]["objective"] = {"name": objective, **PARAMETERS}
    booster = xgb.Booster(model_file=bytearray(json.dumps(model).encode()))
    outcome = predicted(booster)
    objectives.append({"objective": objective, "margins": outcome["margins"], "predictions": outcome["predictions"]})
(DATA / "objectives.json").write_text(json.dumps(objectives))
