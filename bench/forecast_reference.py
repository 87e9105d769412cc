"""Forecasters by scikit-learn, xgboost, statsmodels, prophet and torch: JSON {series, lags, horizon, research, lstm} on stdin, JSON
{versions, seconds} on stdout.

`seconds` has the processor seconds of fitting and of one forecast of `horizon` steps, for each model that is installed, summed over the
series. Everything runs on one thread: set by the limits below before numpy is loaded.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
request = json.load(sys.stdin)
lags, horizon = request["lags"], request["horizon"]
versions = {"numpy": np.__version__}
seconds = {}


def scaled(series):
    return (series - series.min()) / (series.max() - series.min())


def lagged(values):
    return np.stack([values[lags - lag : len(values) - lag] for lag in range(1, lags + 1)], axis=1), values[lags:]


def recursive(model, values):
    recent = list(values[-lags:])
    for _ in range(horizon):
        recent.append(float(model.predict(np.array([recent[: -lags - 1 : -1]]))[0]))


def used():
    """Processor seconds of this process and of those that it waited for, such as Prophet's Stan program."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def measure(name, fit, predict):
    """One run that is not counted, then all series."""
    fit(every[0])
    fitting = forecasting = 0.0
    for series in every:
        start = used()
        model = fit(series)
        middle = used()
        predict(model, series)
        fitting += middle - start
        forecasting += used() - middle
    seconds[name] = {"fit": fitting, "predict": forecasting}


every = [np.array(series) for series in request["series"]]

try:
    import sklearn
    from sklearn.ensemble import RandomForestRegressor

    versions["scikit-learn"] = sklearn.__version__
    measure(
        "random_forest",
        lambda series: RandomForestRegressor(100, random_state=42, n_jobs=1).fit(*lagged(scaled(series))),
        lambda model, series: recursive(model, scaled(series)),
    )
except ImportError:
    pass

try:
    import xgboost

    versions["xgboost"] = xgboost.__version__
    for method in ("exact", "hist"):
        measure(
            f"boosted_trees ({method})",
            lambda series: xgboost.XGBRegressor(tree_method=method, n_jobs=1).fit(*lagged(scaled(series))),
            lambda model, series: recursive(model, scaled(series)),
        )
except ImportError:
    pass

try:
    import statsmodels
    from statsmodels.tsa.arima.model import ARIMA

    versions["statsmodels"] = statsmodels.__version__

    def best_order(series):
        fits = (
            ARIMA(series, order=(p, d, q)).fit() for p in range(3) for d in range(2) for q in range(3)
        )
        return min(fits, key=lambda fit: fit.aic)

    measure("arima", best_order, lambda model, series: model.get_forecast(horizon).conf_int())
except ImportError:
    pass

try:
    import logging

    import pandas
    import prophet

    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    versions["prophet"] = prophet.__version__

    def dated(series):
        return pandas.DataFrame({"ds": pandas.bdate_range("2024-01-01", periods=len(series)), "y": series})

    measure(
        "prophet",
        lambda series: prophet.Prophet(uncertainty_samples=0).fit(dated(series)),
        lambda model, series: model.predict(model.make_future_dataframe(horizon, include_history=False)),
    )
except ImportError:
    pass

try:
    import torch

    versions["torch"] = torch.__version__
    torch.set_num_threads(1)

    class Network(torch.nn.Module):
        """torch.nn.LSTM has tanh alone, which is what is timed."""

        def __init__(self, units, layers, outputs, rate):
            super().__init__()
            self.outputs = outputs
            sizes = [1] + [units] * (2 * layers - 1)
            self.layers = torch.nn.ModuleList(torch.nn.LSTM(size, units, batch_first=True) for size in sizes)
            self.drop = torch.nn.Dropout(rate)
            self.linear = torch.nn.Linear(units, 1)

        def forward(self, values):
            sequence = values.unsqueeze(-1)
            for k, layer in enumerate(self.layers):
                if k == len(self.layers) // 2:
                    sequence = sequence[:, -1:].expand(-1, self.outputs, -1)
                sequence = self.drop(layer(sequence)[0])
            return self.linear(sequence).squeeze(-1)

    def train(series, settings):
        values = torch.tensor(scaled(series), dtype=torch.float32)
        inputs, outputs = settings["inputSteps"], settings["outputSteps"]
        windows = values.unfold(0, inputs + outputs, 1)
        held = len(windows) // 5
        training, validation = windows[: len(windows) - held - outputs + 1], windows[-held:]
        network = Network(settings["units"], settings["layers"], outputs, settings["dropout"])
        adam = torch.optim.Adam(network.parameters(), lr=settings["learningRate"])
        # No early stopping: both sides make the same number of passes.
        for _ in range(settings["epochs"]):
            network.train()
            for rows in torch.randperm(len(training)).split(settings["batch"]):
                adam.zero_grad()
                batch = training[rows]
                loss = torch.nn.functional.mse_loss(network(batch[:, :inputs]), batch[:, inputs:])
                loss.backward()
                adam.step()
            network.eval()
            with torch.no_grad():
                torch.nn.functional.mse_loss(network(validation[:, :inputs]), validation[:, inputs:])
        return network

    def forecast(network, series, settings):
        values = list(scaled(series)[-settings["inputSteps"] :])
        with torch.no_grad():
            for _ in range(0, horizon, settings["outputSteps"]):
                recent = torch.tensor(np.array([values[-settings["inputSteps"] :]]), dtype=torch.float32)
                values.extend(network(recent)[0].tolist())

    for name in ("lstm", "research"):
        settings = request[name]
        if name == "research":
            every = every[:1]
        measure(
            "lstm" if name == "lstm" else "lstm (research's)",
            lambda series: train(series, settings),
            lambda model, series: forecast(model, series, settings),
        )
        seconds["lstm" if name == "lstm" else "lstm (research's)"]["series"] = len(every)
except ImportError:
    pass

json.dump({"versions": versions, "seconds": seconds}, sys.stdout)
