"""Try the weights of a response model on a long list of known truth: bias, standard errors, coverage.

    python tests/tried_weights.py

Writes docs/weighting.md's table. Response depends on a product of two predictors; one answer is linear in the
predictors, the other is not. So each scheme can be right for one reason or the other, or for none.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "workflow")]

from scipy.stats import t as student  # noqa: E402

from surveypipe.design import linearisation  # noqa: E402
from surveypipe.design.phases import second_phase  # noqa: E402
from surveypipe.study.weighting import Weighting  # noqa: E402
from surveypipe.weighting import schemes as weighting  # noqa: E402

PAGE = ROOT / "docs/weighting.md"
LISTED, SURVEYS, SEED = 1000, 200, 12
PREDICTORS = ["site", "post", "age"]
SCHEMES: dict[str, tuple[str, dict[str, Any]]] = {
    "none": ("Unweighted", {"method": "none"}),
    "propensity": ("`propensity`", {"method": "propensity", "predictors": PREDICTORS}),
    "crossed": ("`cross_fitted`", {"method": "cross_fitted", "predictors": PREDICTORS}),
    "products": (
        "`cross_fitted` with `products`",
        {"method": "cross_fitted", "predictors": PREDICTORS, "products": True},
    ),
    "robust": ("`doubly_robust`", {"method": "doubly_robust", "predictors": PREDICTORS}),
    "both": (
        "`doubly_robust` with `folds` and `products`",
        {"method": "doubly_robust", "predictors": PREDICTORS, "folds": 5, "products": True},
    ),
}
ANSWERS = {"linear": "Mean, linear", "curved": "Share, not linear", "within": "Mean, linear, in a domain"}


def section() -> Weighting:
    """Give the section of the configuration with all schemes."""
    labelled = {key: {"label": label, **made} for key, (label, made) in SCHEMES.items()}
    return msgspec.convert({"primary": "none", "schemes": labelled}, Weighting)


def population(size: int = LISTED, seed: int = SEED) -> pd.DataFrame:
    """Make a list, what everybody on it would answer, and everybody's chance of answering."""
    rng = np.random.default_rng(seed)
    people = pd.DataFrame({"id": [f"{k:05d}" for k in range(size)], "age": rng.normal(0, 1, size)})
    people["site"], people["post"] = rng.choice(["A", "B", "C"], size), rng.choice(list("wxyz"), size)
    age, at_b, is_x = people["age"], people["site"] == "B", people["post"] == "x"
    people["linear"] = 2 + 0.9 * age + 0.5 * is_x + 0.4 * at_b + rng.normal(0, 0.8, size)
    people["curved"] = (0.8 * age**2 + 0.6 * age * at_b + rng.normal(0, 0.8, size) > 0.8).astype(float)
    people["within"] = people["linear"].where(people["post"] == "w")
    odds = np.exp(-0.6 + 0.6 * age + 0.5 * at_b + 0.4 * is_x - 0.5 * age * at_b)
    return people.assign(chance=odds / (1 + odds))


def surveyed(people: pd.DataFrame, rng: np.random.Generator) -> weighting.WeightingResult:
    """Let everybody answer with their chance, and weight who did."""
    answered = people.assign(respondent=rng.random(len(people)) < people["chance"])
    return weighting.compute_schemes(answered, section(), seed=3)


def tried() -> pd.DataFrame:
    """Survey the list again and again: scheme, answer, error, standard error, whether the interval covers."""
    people, rng, rows = population(), np.random.default_rng(SEED + 1), []
    names = list(ANSWERS)
    truth = people[names].mean().to_numpy()
    for _ in range(SURVEYS):
        result = surveyed(people, rng)
        Y = result.weights.merge(people, on="id")[names].to_numpy()
        for key in SCHEMES:
            made = second_phase(
                result.weights[f"w_{key}"],
                result.weights[f"cell_{key}"],
                result.plans[key].n_pop,
                linearised=linearisation.from_columns(key, dict(result.weights.items())),
            )
            found = made.means(Y)
            error = found.estimate - truth
            inside = np.abs(error) <= student.ppf(0.975, found.df) * found.se
            rows += list(zip([key] * len(names), names, error, found.se, inside, strict=True))
    return pd.DataFrame(rows, columns=["scheme", "answer", "error", "se", "covers"])


def table(held: pd.DataFrame) -> str:
    """Lay out bias in standard deviations, standard error over standard deviation, coverage in per cent."""
    lines = [f"| Scheme | {' | '.join(ANSWERS.values())} |", "|---" * (len(ANSWERS) + 1) + "|"]
    for key, (label, _) in SCHEMES.items():
        cells = []
        for name in ANSWERS:
            own = held[(held["scheme"] == key) & (held["answer"] == name)]
            spread = own["error"].std()
            ratio, covers = own["se"].mean() / spread, 100 * own["covers"].mean()
            cells.append(f"{own['error'].mean() / spread:.1f}, {ratio:.2f}, {covers:.1f}")
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Try, and write the table into its page."""
    page = PAGE.read_text(encoding="utf-8")
    made = re.sub(r"\| Scheme \|.*?\n(?!\|)", lambda found: table(tried()) + "\n", page, flags=re.DOTALL)
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
