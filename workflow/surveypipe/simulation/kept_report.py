"""What the populations of known truth show, in Markdown; every number comes from their table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from surveypipe import formatting
from surveypipe.simulation.coverage import BAND, MIN_EXPECTED
from surveypipe.simulation.markdown import grid, percent
from surveypipe.simulation.populations import Populations
from surveypipe.simulation.truth import DIFFERENCE, RATIO

# Share of the true standard deviation under which a standard error is called too small.
SMALL = 0.95
WORDS = {
    "proportion": "share", "mean": "mean", "median": "median", "lower_quartile": "lower quartile",
    "upper_quartile": "upper quartile", DIFFERENCE: "difference", RATIO: "ratio",
}  # fmt: skip


def kept_account(kept: pd.DataFrame, whole: Populations) -> str:
    """Write what was tried on which populations, and what came out.

    Parameters
    ----------
    kept
        Tables of :func:`surveypipe.simulation.kept.kept_table`, one under the other.
    whole
        The file of populations.
    """
    parts = [
        f"## {formatting.capital(formatting.numeral(len(whole.populations)))} populations",
        *_what_was_run(kept, whole),
        _summary(kept, whole),
        *_by_scheme(kept, whole),
        *_outside(kept, whole),
        *_why(kept, whole),
        *_each(kept, whole),
    ]
    return "\n\n".join(parts) + "\n"


def _what_was_run(kept: pd.DataFrame, whole: Populations) -> list[str]:
    drawn = {key: int(kept.loc[kept["population"] == key, "surveys"].max()) for key in whole.populations}
    often = sorted(set(drawn.values()))
    errors = formatting.sentence_list(
        [
            f"± {percent(1.96 * (0.95 * 0.05 / n) ** 0.5)} points in {formatting.count(n)} surveys"
            for n in often
        ]
    )
    return [
        "Each population of `workflow/populations.yaml` was drawn anew and surveyed, "
        f"{formatting.sentence_list([formatting.count(n) for n in often], 'or')} times. Answers and response "
        "both depend on unit and profession; given these, response is at random. Each survey went the "
        "pipeline's own road: weighted by the weighting stage, cells merged anew, and estimated as in the "
        "table of estimates. Each 95 % interval was held against the value of "
        "that draw's own population.",
        f"Promised under the primary scheme ({formatting.lower_first(whole.scheme_label(whole.primary))}): "
        f"coverage of {percent(BAND[0])} to {percent(BAND[1])} % of every interval about everybody, or about "
        f"the difference of two units, wherever at least {MIN_EXPECTED} respondents are expected in each "
        "answer. Of a quantile these are respondents on each side of it; of a difference and a ratio, in "
        "each answer and unit. Intervals within one unit rest on few respondents: they are held against the "
        f"same limits, and nothing is promised. Simulation error of one coverage: {errors}.",
    ]


def _summary(kept: pd.DataFrame, whole: Populations) -> str:
    rows = []
    for key, population in whole.populations.items():
        here = kept[kept["population"] == key]
        promised = here[here["promised"]]
        surveys = here["surveys"].max()
        rows.append(
            [
                formatting.escape(population.label),
                formatting.count(surveys),
                formatting.count(surveys - here["weighted"].max()),
                percent(promised["coverage"].mean()),
                f"{percent(promised['coverage'].min())} to {percent(promised['coverage'].max())}",
                _inside(promised),
                _inside(here[here["judged"] & ~here["promised"]]),
            ]
        )
    header = ["Population", "Surveys", "Refused in words", "Mean coverage (%)", "From least to greatest (%)"]
    return grid([*header, "Within the limits", "Within them, in one unit"], rows)


def _of_schemes(kept: pd.DataFrame) -> dict[Any, dict[str, float]]:
    """Mean coverage, and standard error over true standard deviation, by population and scheme.

    Over shares and means about everybody: the only statistics that every scheme has.
    """
    part = kept[(kept["group_level"] == "") & kept["statistic"].isin(["proportion", "mean"])]
    part = part[~(part["least_expected"] < MIN_EXPECTED)].assign(ratio=part["mean_se"] / part["sd"])
    means = part.groupby(["population", "scheme"])[["coverage", "ratio"]].mean()
    return {key: {str(name): float(one) for name, one in row.items()} for key, row in means.iterrows()}


def _by_scheme(kept: pd.DataFrame, whole: Populations) -> list[str]:
    means, rows = _of_schemes(kept), []
    for key, population in whole.populations.items():
        found = [means.get((key, scheme)) for scheme in whole.schemes]
        cells = [
            f"{percent(one['coverage'])} ({formatting.decimal(one['ratio'])})"
            if one
            else formatting.NOT_APPLICABLE
            for one in found
        ]
        rows.append([formatting.escape(population.label), *cells])
    return [
        "Shares and means about everybody, by scheme: mean coverage in per cent, in brackets the mean of "
        "standard error over true standard deviation (under 1: too small).",
        grid(["Population", *map(whole.scheme_label, whole.schemes)], rows),
    ]


def _why(kept: pd.DataFrame, whole: Populations) -> list[str]:
    """Say what intervals outside the limits, and standard errors that are too small, have in common."""
    amiss = kept[kept["judged"] & (kept["flag"] != "")]
    beneath, beyond = amiss[amiss["coverage"] < BAND[0]], amiss[amiss["coverage"] > BAND[1]]
    lines, tail = [], bool((beneath["above"] > beneath["below"]).all())
    if len(beneath) and tail and (beneath["statistic"] == "mean").all():
        lines.append(
            "- Beneath the limits lie means alone, and the truth lies above them more often than below: "
            "among few respondents the t interval of a skewed number misses on the side of its long tail."
        )
    few = beyond[~beyond["statistic"].isin(["mean", DIFFERENCE])]
    if len(few):
        lines.append(
            f"- Of the intervals above the limits, {formatting.count(len(few))} of "
            f"{formatting.count(len(beyond))} are of shares, ratios and quantiles, with at most "
            f"{formatting.decimal(few['least_expected'].max(), 1)} expected in an answer or on a side. These "
            "take few values among few respondents, and logit and Woodruff intervals then cover more than "
            "they say."
        )
    for (key, scheme), found in _of_schemes(kept).items():
        if found["ratio"] < SMALL:
            lines.append(
                f"- {formatting.escape(whole.populations[key].label)}: under the scheme "
                f"{formatting.lower_first(whole.scheme_label(scheme))} standard errors are "
                f"{percent(1 - found['ratio'])} % too small. A linearised variance leaves out what fitting "
                "the weights costs among few respondents."
            )
    return ["\n".join(lines)] if lines else []


def _inside(judged: pd.DataFrame) -> str:
    inside = int((judged["flag"] == "").sum())
    return f"{formatting.count(inside)} of {formatting.count(len(judged))}"


def _outside(kept: pd.DataFrame, whole: Populations) -> list[str]:
    """Name the intervals outside their limits, those that are promised first."""
    found = []
    for words, amiss in (
        ("Promised, and outside the limits", kept[kept["promised"] & (kept["flag"] != "")]),
        ("Outside the limits in one unit", kept[kept["judged"] & ~kept["promised"] & (kept["flag"] != "")]),
    ):
        if amiss.empty:
            found.append(f"{words}: none.")
            continue
        rows = [
            [
                formatting.escape(whole.populations[row["population"]].label),
                _name(row, whole),
                _least(row),
                *(percent(row[name]) for name in ("coverage", "below", "above")),
                *_bias(row),
            ]
            for row in amiss.to_dict("records")
        ]
        header = ["Population", "Interval", "Least expected", "Coverage (%)", "Truth below (%)"]
        found += [f"{words}:", grid([*header, "Truth above (%)", "Bias (SD)", "SE / true SD"], rows)]
    return found


def _each(kept: pd.DataFrame, whole: Populations) -> Iterator[str]:
    schemes = [key for key in whole.schemes if key in set(kept["scheme"])]
    yield (
        "The tables show coverage in per cent by scheme, over all and between units; bias (in standard "
        "deviations of the estimate) and standard error are those of the primary scheme. Medians and "
        "quartiles are published unweighted and under the primary scheme, differences and ratios under the "
        f"latter. *Flagged*: promised and outside the limits, or under {percent(BAND[0])} %. Every interval "
        "in every unit: `results/simulation/populations.csv`."
    )
    for key, population in whole.populations.items():
        here = kept[kept["population"] == key]
        yield f"### {formatting.escape(population.label)}"
        header = ["Interval", "Least expected", *(whole.scheme_label(scheme) for scheme in schemes)]
        yield grid([*header, "Bias (SD)", "SE / true SD"], list(_rows(here, schemes, whole)))


def _rows(here: pd.DataFrame, schemes: Sequence[str], whole: Populations) -> Iterator[list[str]]:
    shown = here[(here["group_level"] == "") | here["statistic"].isin([DIFFERENCE, RATIO])]
    for _, part in shown.groupby(["variable", "statistic", "group_level"], sort=False):
        by = {str(row["scheme"]): row for row in part.to_dict("records")}
        first = by[whole.primary]
        cells = [
            percent(by[scheme]["coverage"]) + (" *flagged*" if by[scheme]["flag"] else "")
            if scheme in by
            else formatting.NOT_APPLICABLE
            for scheme in schemes
        ]
        yield [_name(first, whole), _least(first), *cells, *_bias(first)]


def _least(row: Mapping[Any, Any]) -> str:
    """Least expected number of respondents; a mean has no answers to count."""
    least = row["least_expected"]
    return "mean" if pd.isna(least) else formatting.decimal(least, 1)


def _bias(row: Mapping[Any, Any]) -> list[str]:
    """Bias and mean standard error, each over the standard deviation of the estimate."""
    found = [row[name] / row["sd"] for name in ("bias", "mean_se")]
    return [formatting.decimal(one) if math.isfinite(one) else formatting.NOT_APPLICABLE for one in found]


def _name(row: Mapping[Any, Any], whole: Populations) -> str:
    about = f"{whole.answers[str(row['variable'])].label}: {WORDS[str(row['statistic'])]}"
    place = f", {row['group_level']}" if row["group_level"] else ""
    return formatting.escape(about + place)
