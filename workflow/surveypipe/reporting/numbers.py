"""Every number, and every word that depends on one, that a sentence of the report may call by its key.

A key is made from the identifier of the estimate and the name of a field
(:func:`surveypipe.identifiers.number_key`). Fields of an estimate: ``est`` (with its unit), ``pct`` and
``ci``, ``n``, ``se``, ``df``, ``p``, ``deff``, and for comparisons ``direction``,
``comparison``, ``effect`` and ``test``. A claim is ``claim-c1`` with the columns of the ledger, and
``claim-c5-amh`` within a group. Values are finished Markdown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.formatting import decimal, escape, percent
from surveypipe.identifiers import HISTOGRAM, TOTAL, key_slug, number_key, slug
from surveypipe.problems import Problems
from surveypipe.reporting.cells import code_text
from surveypipe.reporting.facts import put, software_versions, study_facts
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.study.claim import Claim
from surveypipe.study.grades import Grade
from surveypipe.study.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd

HIDDEN = r"\[suppressed\]"
# Diagnostics and quartiles stand in tables; a metadata file of everything would be slow to read.
LEFT_OUT = (
    "weight_diagnostic",
    "answered",
    "no_answer",
    "lower_quartile",
    "upper_quartile",
    HISTOGRAM,
    "log_odds",
    "average_marginal_effect",
    "proportional_odds_check",
    "item_total",
    "alpha_if_dropped",
    "observed_agreement",
)
# Adjusted p-values, predictors alone, and information lost to unanswered items.
LEFT_OUT_ENDINGS = ("_p_holm", "_p_bh", "_unadjusted", "_missing_information")

Cells = dict[str, str]


def numbers(released: Released) -> dict[str, str]:
    """Collect every key and its text.

    Raises
    ------
    SurveyError
        If an estimate that was released has no value and no flag that says why, or a key occurs twice.
    """
    problems, made = Problems(), dict[str, str]()
    for key, value in _all(released, problems):
        if key in made and made[key] != value:
            problems.add(f"numbers: the key '{key}' would stand for two values, {made[key]} and {value}.")
        made[key] = value
    problems.raise_if_any()
    return made


def _all(released: Released, problems: Problems) -> Iterator[tuple[str, str]]:
    yield from study_facts(released).items()
    yield from software_versions().items()
    yield from claim_summary(released).items()
    for row in released.claim_rows():
        for column, text in claim_fields(row, released.claim_of(row), released.vocabulary).items():
            yield number_key(claim_identifier(row), column), text
    for _, row in _called(released.table("estimates"), released.primary).iterrows():
        for field, text in _checked_fields(row, problems).items():
            yield number_key(str(row["estimate_id"]), field), text


def _in_tables_only(statistic: str) -> bool:
    return statistic in LEFT_OUT or statistic.endswith(LEFT_OUT_ENDINGS) or statistic.startswith("level_")


def _called(estimates: pd.DataFrame, primary: str) -> pd.DataFrame:
    """Keep what a sentence may call: the primary scheme, counts, and the claims under every scheme."""
    about = estimates["statistic"].isin(["count", "response_rate"]) | (estimates["claim"] != "")
    about |= estimates["scheme"] == primary
    return estimates[about & ~estimates["statistic"].astype(str).map(_in_tables_only).astype(bool)]


def _checked_fields(row: pd.Series, problems: Problems) -> Cells:
    if row["status"] != SUPPRESSED and not math.isfinite(float(row["estimate"])) and not row["flag"]:
        problems.add(
            f"estimates: {row['estimate_id']} has no value, is not suppressed and carries no flag that says "
            "why; it cannot be printed."
        )
        return {}
    return estimate_fields(row)


def estimate_fields(row: pd.Series) -> Cells:
    """Print the fields of one estimate.

    Parameters
    ----------
    row
        Row of the table of estimates.

    Returns
    -------
    dict
        Field to text. Fields without a value are left out, so that a sentence that calls one stops the build;
        all fields of a suppressed row read '[suppressed]'.
    """
    if row["status"] == SUPPRESSED:
        return dict.fromkeys(("est", "pct", "ci", "n", "se", "df", "p", "deff"), HIDDEN)
    made: Cells = {}
    form, interval, unit = forms(str(row["statistic"]), bool(row["level"]))
    put(made, "est", form, row["estimate"])
    if made and unit:
        made["est"] += f" percentage {'point' if made['est'] in ('1', formatting.MINUS + '1') else 'points'}"
    if form is percent:
        made |= {"pct": made["est"]} if made else {}
    if math.isfinite(float(row["ci_low"])) and math.isfinite(float(row["ci_high"])):
        made["ci"] = interval(float(row["ci_low"]), float(row["ci_high"]))
    put(made, "n", formatting.count, row["n"])
    put(made, "se", decimal, row["se"])
    put(made, "df", formatting.degrees, row["df"])
    put(made, "p", formatting.p_statement, row["p_value"])
    put(made, "deff", decimal, row["deff_design"])
    return made | _comparison_fields(row)


def forms(
    statistic: str, of_share: bool
) -> tuple[Callable[[float], str], Callable[[float, float], str], str]:
    """Give the ways in which a statistic, its interval and its unit are printed.

    Parameters
    ----------
    statistic
        As in the table of estimates.
    of_share
        Whether it is about an answer (a difference of shares) and not about a score.
    """
    if statistic == "response_rate" or statistic.startswith(("proportion", "share_", "tost_power")):
        return percent, formatting.percent_interval, ""
    if statistic in ("count", TOTAL):
        return formatting.count, lambda a, b: f"{formatting.count(a)} to {formatting.count(b)}", ""
    if statistic.startswith("difference") and of_share:
        return formatting.points, lambda a, b: f"{formatting.points(a)} to {formatting.points(b)}", "points"
    return decimal, formatting.decimal_interval, ""


def _comparison_fields(row: pd.Series) -> Cells:
    statistic, made = str(row["statistic"]), Cells()
    if statistic.startswith("difference") and math.isfinite(float(row["ci_low"])):
        made["direction"] = direction(float(row["ci_low"]), float(row["ci_high"]))
        made["comparison"] = comparison(float(row["ci_low"]), float(row["ci_high"]))
    if statistic.startswith("rao_scott") and math.isfinite(float(row["p_value"])):
        degrees = ", ".join(formatting.degrees(float(row[name])) for name in ("df", "df2"))
        p = formatting.p_statement(float(row["p_value"]))
        made["test"] = f"*F*({degrees}) = {formatting.held(float(row['estimate']))}, {p}"
        put(made, "effect", formatting.held, row["effect"])
    if statistic.startswith("tost") and row["flag"]:
        made["verdict"] = escape(str(row["flag"]))
    return made


def direction(low: float, high: float) -> str:
    """Say in a word which way a difference goes, from its interval.

    An interval that holds 0 says nothing about equality, so the word is then 'not clearly different'.
    """
    if low > 0:
        return "higher"
    return "lower" if high < 0 else "not clearly different"


def comparison(low: float, high: float) -> str:
    """Give :func:`direction` with its preposition: 'higher than', 'not clearly different from'."""
    word = direction(low, high)
    return f"{word} {'from' if word.endswith('different') else 'than'}"


def claim_identifier(row: pd.Series) -> str:
    """Name a row of the ledger: ``claim-c1``, or ``claim-c5-amh`` within a group."""
    return "-".join(
        ["claim", slug(row["claim"]), *([key_slug(row["group_level"])] if row["group_level"] else [])]
    )


_CLAIM_TEXT = ("label", "short", "grade_label", "verdict", "equivalence", "tipping_note", "reader_note",
               "other_thresholds")  # fmt: skip


def claim_fields(row: pd.Series, claim: Claim, words: Vocabulary) -> Cells:
    """Print the columns of one row of the ledger, and the words that follow from them."""
    made = {name: escape(code_text(row[name])) for name in _CLAIM_TEXT if code_text(row.get(name))}
    if row["status"] == SUPPRESSED:
        hidden = ("est", "pct", "ci", "brief", "n", "bounds", "bound_low", "bound_high", "tipping_theta",
                  "scheme_range", "grade", "grade_label", "verdict", "support", "verb",
                  "ci_tost")  # fmt: skip
        return made | dict.fromkeys(hidden, HIDDEN)
    for column in row.index:
        if _is_value(str(column)) and math.isfinite(float(row[column])):
            said = claim.set_bare if column in _SET else claim.printed
            made[str(column)] = said(float(row[column]))
    made |= {"est": made["estimate"], "n": formatting.count(row["n"]), "grade": str(int(row["grade"]))}
    if claim.is_share:
        made |= {"pct": made["est"]}
    for name, low, high in (
        ("ci", "ci_low", "ci_high"), ("ci_tost", "ci_tost_low", "ci_tost_high"),
        ("bounds", "bound_low", "bound_high"),
        ("scheme_range", "scheme_low", "scheme_high"),
    ):  # fmt: skip
        if low in made and high in made:
            made[name] = made[low] if made[low] == made[high] else f"{made[low]} to {made[high]}"
    ends = [float(row[name]) for name in ("ci_low", "ci_high")]
    limits = f" ({formatting.span(*map(claim.tabled, ends))})" if all(map(math.isfinite, ends)) else ""
    made["brief"] = made["est"] + limits
    put(made, "ci_level", formatting.confidence, row["ci_level"])
    put(made, "df", formatting.degrees, row["df"])
    put(made, "se", decimal, row["se"])
    put(made, "power_at_zero", percent, row.get("power_at_zero"))
    made |= _tipping_fields(row, claim) | _word_fields(row, claim, words.respondents.many)
    return made


# Columns of the ledger that the configuration set.
_SET = ("threshold", "upper_threshold", "margin")


def _is_value(column: str) -> bool:
    """Whether a column of the ledger is on the scale of the estimate."""
    exact = ("estimate", "ci_low", "ci_high", "scheme_low", "scheme_high", "bound_low", "bound_high",
             *_SET, "ci_tost_low", "ci_tost_high",
             "reader_limit")  # fmt: skip
    return column in exact or column.startswith(("estimate_", "reader_k", "reader_worst_k"))


def _tipping_fields(row: pd.Series, claim: Claim) -> Cells:
    made: Cells = {}
    for name in ("tipping_theta", "tipping_theta_interval"):
        value = float(row.get(name, math.nan))
        made[name] = decimal(value, 1) if math.isfinite(value) else "none"
    for name in ("tipping_shift", "tipping_shift_interval"):
        put(made, name, claim.shift_tabled, row.get(name))
    return made


def _word_fields(row: pd.Series, claim: Claim, respondents: str) -> Cells:
    grade = int(row["grade"])
    support = {0: "not supported", 4: f"supported among {respondents} only"}.get(grade, "supported")
    made = {"support": support, "verb": f"was {support}"}
    if claim.within_margin:
        return made | {"direction": direction(float(row["ci_low"]), float(row["ci_high"]))}
    made["side"] = side(row, claim.threshold)
    return made | {"quantity": quantity(row)} if claim.is_share else made


def side(row: pd.Series, limit: float) -> str:
    """Say on which side of a limit an interval lies: 'above', 'below' or 'not clearly above or below'."""
    if float(row["ci_low"]) > limit:
        return "above"
    return "below" if float(row["ci_high"]) < limit else "not clearly above or below"


def quantity(row: pd.Series) -> str:
    """Say in words whether a share is more than a half, as far as its interval tells."""
    doubtful = f"not clearly {'more' if float(row['estimate']) >= 0.5 else 'fewer'} than half"
    return {"above": "most", "below": "fewer than half"}.get(side(row, 0.5), doubtful)


def claim_summary(released: Released) -> Cells:
    """Count the claims by what became of them, and list them."""
    rows = [row for row in released.claim_rows() if not row["group_level"] and row["status"] != SUPPRESSED]
    groups = {
        "supported": [grade for grade in Grade if grade.supported],
        "not-supported": [Grade.NOT_SUPPORTED],
        "respondents-only": [Grade.AMONG_RESPONDENTS],
        "robust": [Grade.WHATEVER, Grade.UNLESS_STRONGLY_DIFFERENT],
        "at-random": [Grade.IF_AT_RANDOM],
    }
    made = {"claims-n": formatting.numeral(len(rows))}
    for name, chosen in groups.items():
        found = [str(row["claim"]) for row in rows if Grade.of(int(row["grade"])) in chosen]
        made[f"claims-{name}-n"] = formatting.numeral(len(found))
        made[f"claims-{name}"] = formatting.sentence_list(found) or "none"
    return made


def as_yaml(made: Mapping[str, str]) -> str:
    """Write the numbers as a metadata file: one key ``num``, every value a quoted string."""
    import json

    # A JSON string is a double-quoted YAML string.
    lines = [f"  {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in sorted(made.items())]
    return "num:\n" + "\n".join(lines) + "\n"
