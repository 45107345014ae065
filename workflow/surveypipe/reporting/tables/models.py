"""Tables of what is estimated beside the claims: models, scales, imputed items, p-values, comments."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.disclosure.rules import rules_of
from surveypipe.estimation.flags import flags_of
from surveypipe.formatting import NO_BREAK, NOT_APPLICABLE, capital, escape
from surveypipe.reporting.claim_names import coded
from surveypipe.reporting.lookups import first_of, rows_of, unweighted_scheme
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.imputation import imputation
from surveypipe.reporting.tables.layout import (
    INDENT,
    Column,
    Table,
    cell,
    mean_cell,
    p_cell,
    share_cell,
    short_note,
)
from surveypipe.reporting.tables.measurement import open_answers, reliability
from surveypipe.reporting.tables.register import ratio_cell
from surveypipe.reporting.tables.verification import verification
from surveypipe.reporting.units import scored

if TYPE_CHECKING:
    import pandas as pd

INTERCEPT = "(Intercept)"
SLOPES = {"logistic": "odds_ratio", "proportional-odds": "odds_ratio", "linear": "coefficient"}
# What the numbers of a model are, in its own rows of the table.
UNITS = {
    "logistic": ("odds ratio", "points"),
    "proportional-odds": ("odds ratio", "points, highest answer"),
    "linear": ("scale points", "scale points"),
}
# Of a number that is no score and no rating.
PLAIN_UNITS = ("units", "units")
FITTED = {
    "logistic": "logistic regression for an outcome with two values",
    "proportional-odds": "a proportional-odds model for ordered answers",
    "linear": "linear regression for a {number}",
}


# --- models -------------------------------------------------------------------------------------------


def models(released: Released) -> Table:
    """Each model: adjusted effects weighted and unweighted, alone, and as marginal effects."""
    columns = [
        Column("Predictor", 29, "l"), Column("Adjusted", 18), Column("*p*", 8), Column("Alone", 18),
        *([Column("Unweighted", 18)] if released.weighted else []), Column("Marginal effect", 18),
    ]  # fmt: skip
    beside = ": weighted beside unweighted, with" if released.weighted else ", with"
    table = Table("models", f"Models{beside} marginal effects", columns)
    data = released.table("estimates")
    notes: list[str] = []
    fitted: dict[str, str] = {}
    for kind, variable, method in fitted_models(data):
        own = rows_of(data, variable=variable, method=method)
        slope = SLOPES[kind]
        weighted = rows_of(own, scheme=released.primary, statistic=slope)
        weighted = weighted[weighted["level"] != INTERCEPT]
        if weighted.empty:
            continue
        size = f"*n*{NO_BREAK}={NO_BREAK}{cell(weighted.iloc[0], 'n', formatting.count)}"
        name = f"**{escape(str(weighted['variable_label'].iloc[0]))}**, {size}"
        score = scored(released, variable)
        fitted[kind] = FITTED[kind].format(number="score" if score else "number")
        effect, margin = (f"*{unit}*" for unit in (UNITS[kind] if score or kind != "linear" else PLAIN_UNITS))
        table.rows.append([name, effect, "", effect, *([effect] if released.weighted else []), margin])
        for _, row in weighted.iterrows():
            table.rows.append(_predictor(released, own, row, kind))
        check = _proportional_odds(released, data, variable) if kind == "proportional-odds" else ""
        notes += [check, _flags(released.in_text(str(weighted["variable_label"].iloc[0])), weighted)]
    level = formatting.confidence(released.settings.analysis.ci_level)
    table.notes = [
        f"{capital(', '.join(fitted[kind] for kind in FITTED if kind in fitted))}." if fitted else "",
        f"In brackets, {level} intervals with {_errors(released)}, from the *t* distribution with the "
        "degrees of freedom of the design less the number of coefficients, the intercept aside. "
        + (
            "Adjusted, all predictors of the model together, weighted; alone, one predictor among the same "
            "cases, weighted; unweighted, adjusted."
            if released.weighted
            else "Adjusted, all predictors of the model together; alone, one predictor among the same cases."
        ),
        released.vocabulary.fill("Marginal effect, average over {respondents.many}")
        + (", weighted" if released.weighted else "")
        + ("; points, percentage points of the outcome." if set(fitted) - {"linear"} else "."),
        *notes,
        "Not adjusted for the number of tests (@sec-multiplicity)."
        if released.settings.analysis.multiplicity
        else "",
        _short_names_note(released, table),
    ]
    return table


def _errors(released: Released) -> str:
    replicated = released.settings.design.kind == "replicates"
    return "standard errors from the replicate weights" if replicated else "linearised standard errors"


def fitted_models(data: pd.DataFrame) -> list[tuple[str, str, str]]:
    """List the models: kind, outcome and method, in the order of the configuration."""
    found = []
    slopes = data[data["statistic"].isin(["odds_ratio", "coefficient"])]
    for _, row in slopes.iterrows():
        method = str(row["method"])
        kind = next((name for name in SLOPES if method.startswith((name, f"Firth {name}"))), "")
        kind = kind or next((name for name in SLOPES if name in method), "")
        if kind:
            found.append((kind, str(row["variable"]), method))
    return list(dict.fromkeys(found))


def _predictor(released: Released, own: pd.DataFrame, row: pd.Series, kind: str) -> list[str]:
    level, statistic = str(row["level"]), SLOPES[kind]
    alone = first_of(own, scheme=released.primary, statistic=f"{statistic}_unadjusted", level=level)
    plain = first_of(own, scheme=unweighted_scheme(released), statistic=statistic, level=level)
    # Public data need no rounding that protects.
    fine = not rules_of(released.settings.disclosure).audited
    slope = mean_cell if kind == "linear" or fine else ratio_cell
    margin = _marginal(released, own, level)
    return [
        INDENT + escape(_short_level(str(row["level_label"]), released)),
        slope(row), p_cell(row), slope(alone), *([slope(plain)] if released.weighted else []),
        mean_cell(margin) if kind == "linear" else share_cell(margin, 1 if fine else 0),
    ]  # fmt: skip


def _short_level(label: str, released: Released) -> str:
    """Shorten 'Agency: CSC (against AMH)' to what a narrow column holds: 'CSC against AMH'."""
    found = re.fullmatch(r"[^:]*: (.*) \(against (.*)\)", label)
    if not found:
        return label
    if {found[1], found[2]} == {"Yes", "No"}:
        return f"{label.split(':')[0]}: {found[1].lower()}"
    return f"{_short(found[1], released)} against {released.in_text(_short(found[2], released))}"


def _short(label: str, released: Released) -> str:
    """Call a group by its abbreviation where the study has one; a letter in its place would tell nobody."""
    own = (level for level, text in released.levels.items() if text == label)
    level = next(own, "")
    return level if level and released.abbreviation(level) == level else label


def _short_names_note(released: Released, table: Table) -> str:
    """Spell out the abbreviations of groups by which a table calls them; '' where it calls none so."""
    firsts = " ".join(row[0] for row in table.rows)
    used = (level for level in released.levels if re.search(rf"\b{re.escape(level)}\b", firsts))
    return short_note(released) if any(released.abbreviation(level) == level for level in used) else ""


def _marginal(released: Released, own: pd.DataFrame, level: str) -> pd.Series | None:
    """Marginal effect of a predictor; of the highest answer where there is one for each."""
    rows = rows_of(own, scheme=released.primary, statistic="average_marginal_effect")
    exact = rows[rows["level"] == level]
    if len(exact):
        return exact.iloc[0]
    answers = rows[rows["level"].str.startswith(f"{level}@")]
    if answers.empty:
        return None
    return max((row for _, row in answers.iterrows()), key=lambda row: float(row["level"].split("@")[-1]))


def _proportional_odds(released: Released, data: pd.DataFrame, variable: str) -> str:
    rows = rows_of(data, variable=variable, statistic="proportional_odds_check", scheme=released.primary)
    row = first_of(rows, level="all")
    if row is None or not math.isfinite(float(row["p_value"])):
        return ""
    degrees = ", ".join(formatting.degrees(float(row[name])) for name in ("df", "df2"))
    p = formatting.p_statement(float(row["p_value"])).replace("<", r"\<")
    verdict = (
        "no sign that the odds are not proportional"
        if float(row["p_value"]) >= 0.05
        else "a sign that they are not, so that the single odds ratio is an average at best"
    )
    left_out = f" ({escape(str(row['flag']))})" if row["flag"] else ""
    return (
        f"Check of proportional odds for *{escape(released.in_text(str(row['variable_label'])))}*: "
        f"*F*({degrees}) = {formatting.held(float(row['estimate']))}, {p}: {verdict}{left_out}."
    )


def _flags(label: str, rows: pd.DataFrame) -> str:
    flags = sorted({flag for text in rows["flag"] for flag in flags_of(text)})
    return f"*{escape(label)}*: {escape('; '.join(flags))}." if flags else ""


# --- many tests ---------------------------------------------------------------------------------------

ADJUSTED = {"_p_holm": "Holm", "_p_bh": "Benjamini–Hochberg"}


def multiplicity(released: Released) -> Table:
    """Raw p-values beside those adjusted for the number of tests in their family."""
    columns = [
        Column("Test", 66, "l"), Column("*p*", 12), Column("*p*, Holm", 12), Column("*p*, BH", 12),
    ]  # fmt: skip
    table = Table("multiplicity", "Tests adjusted for their number", columns)
    data = released.table("estimates")
    data = data[data["statistic"].str.endswith(tuple(ADJUSTED)) & (data["scheme"] == released.primary)]
    for family in dict.fromkeys(data["method"]):
        table.rows.append([f"**{escape(_family(family))}**"])
        for _, row in data[data["method"] == family].iterrows():
            holm = str(row["statistic"]).endswith("_p_holm")
            adjusted = p_cell(row, "estimate")
            table.rows.append(
                [
                    INDENT + _test_name(released, row), p_cell(row),
                    adjusted if holm else NOT_APPLICABLE, NOT_APPLICABLE if holm else adjusted,
                ]
            )  # fmt: skip
    table.notes = [
        "Holm guards the claims against any false finding among them; Benjamini–Hochberg (BH) keeps the "
        "share of false findings among those named down. The claims are judged by their intervals, each by "
        "its own threshold; the tests here are the same judgement as *p*-values.",
        _short_names_note(released, table),
    ]
    return table


def _family(method: str) -> str:
    """Read 'Holm, 6 tests of claims' as 'Claims (6 tests)'."""
    found = re.fullmatch(r"[^,]+, (\d+) tests of (.+)", method)
    if not found:
        return method
    return f"{found[2][:1].upper()}{found[2][1:]} ({found[1]} tests)"


def _test_name(released: Released, row: pd.Series) -> str:
    statistic = re.sub(r"_p_(holm|bh)$", "", str(row["statistic"]))
    label = str(row["variable_label"])
    if statistic in ("odds_ratio", "rate_ratio", "coefficient"):
        return escape(f"{label}: {released.in_text(_short_level(str(row['level_label']), released))}")
    if statistic == "claim_test":
        return escape(f"{row['claim']} {label}" if coded(released) else label)
    return escape(label)


# --- verification -------------------------------------------------------------------------------------


TABLES: dict[str, Callable[[Released], Table]] = {
    "models": models,
    "reliability": reliability,
    "imputation": imputation,
    "multiplicity": multiplicity,
    "open_answers": open_answers,
    "verification": verification,
}
