"""The scan's statistics by scipy, statsmodels and hurst: JSON {prices, pairs} on stdin, JSON {versions, seconds, rows} on stdout.

Only the statistics are timed, on one core: set by the thread limits below before numpy is loaded.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json
import sys
import time

import hurst
import numpy as np
import statsmodels
import statsmodels.api as sm
from scipy import stats
from statsmodels.tsa.stattools import adfuller


def half_life(spread):
    lagged = np.roll(spread, 1)
    lagged[0] = 0
    difference = spread - lagged
    return -np.log(2) / sm.OLS(difference, sm.add_constant(lagged)).fit().params[1]


def crossings(spread):
    deviations = spread - np.mean(spread)
    return sum(1 for i in range(len(deviations) - 1) if deviations[i] * deviations[i + 1] < 0 or deviations[i] == 0)


def statistics(x, y):
    line = stats.linregress(x, y)
    spread = y - (line.slope * x + line.intercept)
    statistic, p_value, used_lag = adfuller(spread)[:3]
    return {
        "adfStatistic": float(statistic),
        "adfPValue": float(p_value),
        "usedLag": int(used_lag),
        "hurst": float(hurst.compute_Hc(spread)[0]),
        "halfLife": float(half_life(spread)),
        "meanCrossings": crossings(spread),
    }


request = json.load(sys.stdin)
prices = {ticker: np.array(closes) for ticker, closes in request["prices"].items()}
statistics(*(prices[ticker] for ticker in request["pairs"][0]))
start = time.perf_counter()
rows = [statistics(prices[first], prices[second]) for first, second in request["pairs"]]
seconds = time.perf_counter() - start
versions = f"statsmodels {statsmodels.__version__}, numpy {np.__version__}"
json.dump({"versions": versions, "seconds": seconds, "rows": rows}, sys.stdout)
