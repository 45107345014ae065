"""Ask R again, run every design through the stages, and write what is kept of it.

    python tests/beside_r.py

Needs Rscript with the package `survey`. Writes R's answers (tests/golden/data/designs.csv) and the page
docs/verification.md.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import sys
import tempfile
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("workflow", "workflow/scripts", "tests")]

import designs  # noqa: E402
import row_by_row  # noqa: E402
from surveypipe.weighting.calibration import calibrate, rake  # noqa: E402
from surveypipe.weighting.methods import METHODS  # noqa: E402
from surveypipe.weighting.propensity import SMALLEST_STEP  # noqa: E402

ANSWERS, PAGE = ROOT / "tests/golden/data/designs.csv", ROOT / "docs/verification.md"
FAMILIES = {
    "Means": ["mean"],
    "Shares": ["proportion"],
    "Totals": ["total"],
    "Median and quartiles": ["lower_quartile", "median", "upper_quartile"],
    "Differences, t tests": ["difference", "t_test"],
    "Ratios of shares": ["risk_ratio"],
    "Rao-Scott tests": ["rao_scott"],
    "Rank tests": ["rank_test"],
    "Claims of shares, means, totals": ["claim: share", "claim: mean", "claim: total"],
    "Claims of ratios, medians": ["claim: ratio", "claim: median"],
    "Claims of differences, equivalence": ["claim: difference", "claim: equivalence"],
    "Claims of changes": ["claim: change"],
    "Claims of associations": ["claim: association"],
    "Models": ["coefficient", "log_odds", "coefficient_unadjusted", "odds_ratio_unadjusted"],
}
# Designs of which every row is computed: of each kind of selection and adjustment one.
EVERY_ROW = (
    "strata_fpc", "two_stages", "brr", "joint_cells", "raked", "headcounts_joint", "list_cells", "list_ridge",
    "list_propensity", "list_doubly_robust", "drawn_cells", "drawn_raked", "centres", "subcohort",
)  # fmt: skip
# Written by the program, so that the page cannot say what was not compared.
HEAD = """\
# Held against R

Made by `python tests/beside_r.py`, which asks R again and runs every design through the pipeline's stages,
from ingest to disclosure, on the same raw file. What is compared are the rows of `public/estimates.csv` under
the primary scheme: estimate, standard error, degrees of freedom, both ends of the interval, test statistic,
p-value and effect, each against its own number of R. An end of an interval near nought is compared in
standard errors. Claims are the rows of `public/claims.csv`, of an equivalence with the interval that decides.
The data are public, so that disclosure control, under its preset `open`, takes no digit away.

A row below is a design; a cell holds the number of rows compared and the largest relative difference of any
of their numbers. In all, {rows} rows with {numbers} numbers were compared; the largest relative difference is
{largest}. R's side is `tests/golden/data/designs.R`, its designs are in `designs.yaml`, and its answers, each
with its call, in `designs.csv` (R {version}). Domains are R's `subset`, and their degrees of freedom R's
`degf` of it.
"""
# How each method knows that it is done; what is held against the program's own numbers below.
STOPPING = {
    "none": "nothing is adjusted",
    "design": "nothing is adjusted",
    "poststratify": "one step; smoothed inside merged cells, as ridge",
    "rake": "every margin within {rake:.0e} of the people; R's `epsilon` as below",
    "calibrate": "every total within {calibrate:.0e} of the largest; linear: one step",
    "ridge": "as calibrate, totals softened by the penalty",
    "propensity": "Newton's step under {propensity:.0e}; classes: one step more",
    "cross_fitted": "as propensity, in each fold",
    "doubly_robust": "as propensity, then as calibrate",
    "compose": "each step as its own",
}
ROWS_HEAD = """\

## Every row

Above, R is asked what a list of questions names. Of the designs below every row of `public/estimates.csv`
under the primary scheme was computed again, whatever it is: by the functions of the program in R that each
run writes (`workflow/second_opinion`), on R's design from the raw file (`rows.R`). In all, {rows} rows with
{numbers} numbers of {designs} designs: {titles}.

| statistic | rows | numbers | largest relative difference |
|---|---|---|---|
"""
LEFT_HEAD = """\

Rows of these designs that R did not compute:

| statistic | rows | why |
|---|---|---|
"""
NOBODY_LEFT = "\nNo row of these designs was left out.\n"
# Of what no design above has, where it is held against another program or another way of computing.
ELSEWHERE = {
    "reliability": (
        "alpha alpha_if_dropped item_total omega ordinal_alpha ordinal_omega",
        "the package `psych`: `tests/golden/test_reliability_golden.py`",
    ),
    "agreement": (
        "cohen_kappa gwet_ac1 krippendorff_alpha_nominal observed_agreement pooled_kappa",
        "the package `irrCAC`: `tests/golden/test_agreement_golden.py`",
    ),
    "imputation": (
        "imputations mean_complete_cases mean_imputed mean_missing_information proportion_complete_cases "
        "proportion_imputed proportion_missing_information share_incomplete share_item_unanswered",
        "random numbers differ; the pooling by simulation: `tests/unit/estimation`",
    ),
    "claims, scenario, tables of few": (
        "adjusted_wald claim_test claim_test_p_holm coefficient_p_bh exact_test level_difference level_mean "
        "level_share odds_ratio_p_bh rao_scott_p_bh t_test_p_bh share_of_answers",
        "R by the second opinion on the repository's studies: `tests/golden/test_second_opinion.py`",
    ),
    "counts": (
        "answered count no_answer response_rate",
        "recounted from the raw file: `tests/recomputation`",
    ),
}
ELSEWHERE_HEAD = """\

Statistics that none of these designs publishes under its primary scheme are held elsewhere:

| statistics | against what |
|---|---|
"""
METHODS_HEAD = """\

## Weighting methods

Each method by registration, when it stops, and the designs that publish under it. The package `survey` makes
post-strata, raking and calibration. The others are written out in base R (`designs_weights.R`), from the raw
file and the list: weights, and what their estimation adds to influence values, with sources. Domains, means,
totals, quantiles, tests and models under those weights are R's own functions.

| method | stops when | designs |
|---|---|---|
"""
TAIL = """\

## What R does otherwise

What R itself does otherwise, and how it was asked:

- Raking stops in R when a margin is nearly met; here it was given `epsilon = 1e-14`. Its logistic models stop
  when the deviance hardly changes; they were given `epsilon = 1e-20`.
- The interval of a share is R's `svyciprop(method = "xlogit")`: that of the mean, on the logit scale, as
  SUDAAN and SPSS have it. R's `logit` fits a model; it is the same but for where its fit stops, except with
  replicate weights, where it takes the spread of the logits of the replicates.
- Quantiles follow R's rule `math`, the smallest value at which the distribution reaches p. R's own code takes
  the next value where rounding leaves the distribution a hair under p, and where p lies below the share of
  the smallest value; it was given the rule as a function (`math` in `designs.R`).
- Where both ends of a quantile's interval are one value, R prints an interval of no width, and a standard
  error of 0; here there is none, and the estimate alone is compared.
- R's raking looks at the full weights alone when it decides to stop; in replicates it was given 60 cycles.
- R gives ties among ranks a value that depends on the order of the file where weights differ. The rank tests
  were compared on a number without ties. With replicate weights R's rank test of more than two groups stops
  with an error.
- A ratio of shares has the standard error of its logarithm, by the delta method from the covariance of the
  shares (`svyratio`), with replicate weights too. An odds ratio has that of its logarithm times itself.
- R's `svyolr` stops early and takes second derivatives by differences; told to go on, it comes within 1e-7
  and no nearer. It is compared in `tests/golden/test_models_golden.py`, where a copy of its optimiser stops
  where it does.
"""


def main() -> None:
    """Ask, run, compare and write."""
    with tempfile.TemporaryDirectory() as place:
        answers = designs.ask_r(Path(place) / "r")
        (ANSWERS).write_bytes((Path(place) / "r/answers.csv").read_bytes())
        compared, each = [], []
        for name in designs.DESIGNS:
            with contextlib.redirect_stdout(io.StringIO()):
                ours = designs.published(name, Path(place) / name, Path(place) / name / "results")
            lines = designs.beside(ours, answers[answers["design"] == name]).assign(design=name)
            print(
                f"{name}: {len(lines)} numbers, largest relative difference {lines['difference'].max():.1e}"
            )
            compared.append(lines)
            if name in EVERY_ROW:
                each.append(row_by_row.row_by_row(name, Path(place) / name))
    text = page(pd.concat(compared), pd.concat(each), designs.r_version())
    PAGE.write_text(text, encoding="utf-8")


def page(compared: pd.DataFrame, each: pd.DataFrame, version: str) -> str:
    """Lay out the comparison as a page of the documentation."""
    rows = compared.groupby(["design", *designs.KEYS, "fpc"], dropna=False).ngroups
    largest = small(compared["difference"].max())
    head = HEAD.format(rows=f"{rows:,}", numbers=f"{len(compared):,}", largest=largest, version=version)
    lines = ["", f"| design | {' | '.join(FAMILIES)} |", "|---" * (len(FAMILIES) + 1) + "|"]
    for name, design in designs.DESIGNS.items():
        own = compared[compared["design"] == name]
        cells = [cell(own[own["statistic"].isin(kinds)]) for kinds in FAMILIES.values()]
        lines.append(f"| {design['title']} | {' | '.join(cells)} |")
    return head + "\n".join([*lines, ""]) + every_row(each) + methods() + TAIL


def every_row(each: pd.DataFrame) -> str:
    """Lay out what was computed row by row, what was left and what is held elsewhere."""
    done = each[each["reason"].isna()]
    titles = [designs.DESIGNS[name]["title"] for name in designs.DESIGNS if name in set(each["design"])]
    text = ROWS_HEAD.format(
        rows=f"{done.groupby(['design', 'estimate_id']).ngroups:,}", numbers=f"{len(done):,}",
        designs=len(titles), titles="; ".join(titles),
    )  # fmt: skip
    for statistic, own in done.groupby("statistic"):
        rows = own.groupby(["design", "estimate_id"]).ngroups
        text += f"| `{statistic}` | {rows:,} | {len(own):,} | {small(own['difference'].max())} |\n"
    left = each[each["reason"].notna()].groupby(["statistic", "reason"]).size()
    text += LEFT_HEAD if len(left) else NOBODY_LEFT
    for (statistic, reason), rows in left.items():
        text += f"| `{statistic}` | {rows} | {reason} |\n"
    held = ""
    for names, where in ELSEWHERE.values():
        apart = [f"`{name}`" for name in names.split() if name not in set(done["statistic"])]
        held += f"| {', '.join(apart)} | {where} |\n"
    return text + ELSEWHERE_HEAD + held


def methods() -> str:
    """Lay out the registered weighting methods, with the designs whose published rows they made."""
    used: dict[str, list[str]] = {name: [] for name in METHODS}
    for name, design in designs.DESIGNS.items():
        used[designs.method_of(name)].append(design["title"])
    limits = {
        name: inspect.signature(function).parameters["tolerance"].default
        for name, function in (("rake", rake), ("calibrate", calibrate))
    } | {"propensity": SMALLEST_STEP}
    rows = [
        f"| `{name}` | {STOPPING[name].format(**limits)} | {len(titles)}: {'; '.join(titles[:4])}"
        f"{', …' if len(titles) > 4 else ''} |"
        for name, titles in used.items()
    ]
    return METHODS_HEAD + "\n".join([*rows, ""])


def cell(own: pd.DataFrame) -> str:
    """Number of rows compared, and the largest relative difference of any of their numbers."""
    if own.empty:
        return ""
    return f"{own.groupby([*designs.KEYS, 'fpc'], dropna=False).ngroups}: {small(own['difference'].max())}"


def small(value: float) -> str:
    """Print a difference to one digit, rounded up; what is rounding alone is called that."""
    return "under 1e-12" if value < 1e-12 else f"{value:.0e}".replace("e-0", "e-")


if __name__ == "__main__":
    main()
