"""Tables of what is estimated beside the claims: models, scales, imputed items, p-values, comments."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.bias_tables import cell, first_of, p_cell, rows_of
from surveypipe.formatting import NO_BREAK, NOT_APPLICABLE, SUPPRESSED, escape
from surveypipe.released import Released
from surveypipe.tables import (
    INDENT,
    SUPPRESSED_STATUS,
    Column,
    Table,
    claim_name,
    mean_cell,
    ratio_cell,
    share_cell,
)

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


def unweighted_scheme(released: Released) -> str:
    """Scheme under which unweighted results are filed."""
    return released.unweighted or "none"


# --- models -------------------------------------------------------------------------------------------


def models(released: Released) -> Table:
    """Each model: adjusted effects weighted and unweighted, alone, and as marginal effects."""
    columns = [
        Column("Predictor", 29, "l"), Column("Adjusted", 18), Column("*p*", 8), Column("Alone", 18),
        Column("Unweighted", 18), Column("Marginal effect", 18),
    ]  # fmt: skip
    table = Table("models", "Models: weighted beside unweighted, with marginal effects", columns)
    data = released.table("estimates")
    notes: list[str] = []
    for kind, variable, method in fitted_models(data):
        own = rows_of(data, variable=variable, method=method)
        slope = SLOPES[kind]
        weighted = rows_of(own, scheme=released.primary, statistic=slope)
        weighted = weighted[weighted["level"] != INTERCEPT]
        if weighted.empty:
            continue
        size = f"*n*{NO_BREAK}={NO_BREAK}{cell(weighted.iloc[0], 'n', formatting.count)}"
        name = f"**{escape(str(weighted['variable_label'].iloc[0]))}**, {size}"
        effect, margin = (f"*{unit}*" for unit in UNITS[kind])
        table.rows.append([name, effect, "", effect, effect, margin])
        for _, row in weighted.iterrows():
            table.rows.append(_predictor(released, own, row, kind))
        check = _proportional_odds(released, data, variable) if kind == "proportional-odds" else ""
        notes += [check, _flags(released.in_text(str(weighted["variable_label"].iloc[0])), weighted)]
    level = formatting.confidence(released.config["analysis"]["ci_level"])
    table.notes = [
        "Logistic regression for an outcome with two values, a proportional-odds model for ordered answers, "
        f"linear regression for a score. In brackets, {level} intervals with linearised standard errors. "
        "Adjusted, all predictors of the model together, weighted; alone, one predictor among the same "
        "cases, weighted; unweighted, adjusted.",
        "Marginal effect, average over respondents, weighted; points, percentage points of the outcome.",
        *notes,
        "Not adjusted for the number of tests (@tbl-multiplicity)."
        if "multiplicity" in released.config["analysis"]
        else "",
    ]
    return table


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
    slope = mean_cell if kind == "linear" else ratio_cell
    return [
        INDENT + escape(_short_level(str(row["level_label"]), released)),
        slope(row), p_cell(row), slope(alone), slope(plain),
        (mean_cell if kind == "linear" else share_cell)(_marginal(released, own, level)),
    ]  # fmt: skip


def _short_level(label: str, released: Released) -> str:
    """Shorten 'Agency: CSC (against AMH)' to what a narrow column holds: 'CSC against AMH'."""
    found = re.fullmatch(r"[^:]*: (.*) \(against (.*)\)", label)
    if not found:
        return label
    if {found[1], found[2]} == {"Yes", "No"}:
        return f"{label.split(':')[0]}: {found[1].lower()}"
    return f"{found[1]} against {released.in_text(found[2])}"


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
        else "the odds are not proportional, and the single odds ratio is an average at best"
    )
    left_out = f" ({escape(str(row['flag']))})" if row["flag"] else ""
    return (
        f"Check of proportional odds for *{escape(released.in_text(str(row['variable_label'])))}*: "
        f"*F*({degrees}) = {formatting.held(float(row['estimate']))}, {p}: {verdict}{left_out}."
    )


def _flags(label: str, rows: pd.DataFrame) -> str:
    flags = sorted({part for text in rows["flag"] for part in str(text).split(";") if part})
    return f"*{escape(label)}*: {escape('; '.join(flags))}." if flags else ""


# --- scales -------------------------------------------------------------------------------------------

COEFFICIENTS = (
    ("alpha", "Alpha"),
    ("ordinal_alpha", "Ordinal alpha"),
    ("omega", "Omega"),
    ("ordinal_omega", "Ordinal omega"),
)


def reliability(released: Released) -> Table:
    """Alpha and omega of each scale with their ordinal versions, and the spread of item statistics."""
    columns = [Column("Scale", 32, "l"), Column("Items", 7), Column("*n*", 7), Column("Alpha", 18)]
    columns += [Column(label, 10) for _, label in COEFFICIENTS[1:]]
    columns += [Column("Item–total", 14), Column("Alpha if one is dropped", 14)]
    table = Table("reliability", "Reliability of the scales", columns)
    data = rows_of(released.table("estimates"), scheme=unweighted_scheme(released))
    scales = dict.fromkeys(data.loc[data["statistic"] == "alpha", "variable"])
    for scale in scales:
        own = rows_of(data, variable=scale)
        alpha = first_of(own, statistic="alpha")
        assert alpha is not None  # the scales are those that have one
        others = [_coefficient(first_of(own, statistic=name)) for name, _ in COEFFICIENTS[1:]]
        items = rows_of(own, statistic="item_total")
        table.rows.append(
            [
                escape(released.label(scale)), formatting.count(len(items)) if len(items) else NOT_APPLICABLE,
                cell(alpha, "n", formatting.count), mean_cell(alpha), *others, _spread(items),
                _spread(rows_of(own, statistic="alpha_if_dropped")),
            ]
        )  # fmt: skip
    level = formatting.confidence(released.config["analysis"]["ci_level"])
    marked = data[data["variable"].isin(list(scales)) & (data["flag"] != "")]
    table.notes = [
        f"Unweighted, of those who answered every item; in brackets, {level} interval. Alpha, Cronbach's; "
        "omega, McDonald's, one factor; the ordinal versions are made from polychoric correlations. "
        "Item–total, lowest to highest correlation of an item with the rest of its scale.",
        *_reliability_notes(marked),
    ]
    return table


def _coefficient(row: pd.Series | None) -> str:
    if row is not None and "heywood" in str(row["flag"]) and row["status"] != SUPPRESSED_STATUS:
        return "withheld"
    return cell(row, "estimate", formatting.decimal)


def _spread(rows: pd.DataFrame) -> str:
    values = rows["estimate"].astype(float)
    if rows.empty or not values.notna().any():
        return SUPPRESSED if (rows["status"] == SUPPRESSED_STATUS).any() else NOT_APPLICABLE
    return formatting.span(formatting.decimal(values.min()), formatting.decimal(values.max()))


def _reliability_notes(marked: pd.DataFrame) -> list[str]:
    flags = ";".join(marked["flag"].astype(str))
    found = []
    if "under 200" in flags:
        found.append("With fewer than 200 respondents omega and the ordinal versions are rough.")
    if "heywood" in flags:
        found.append("Withheld, a loading reached one (a Heywood case), so that omega means nothing.")
    if "smoothed" in flags:
        found.append("A matrix of polychoric correlations was smoothed to be a proper one.")
    if "reverse-code" in flags:
        names = marked.loc[marked["flag"].str.contains("reverse-code"), "level_label"]
        found.append(f"Running against their scale: {escape('; '.join(dict.fromkeys(names)))}.")
    return found


# --- imputed items ------------------------------------------------------------------------------------


def imputation(released: Released) -> Table:
    """Each claim from complete cases and from imputed items, and which of them the rule prefers."""
    columns = [
        Column("Claim", 26, "l"), Column("Incomplete, %", 10), Column("Any item open, %", 10),
        Column("Complete cases", 19), Column("*n*", 6), Column("Imputed", 19), Column("*n*", 6),
        Column("FMI", 7), Column("By the rule", 13, "l"),
    ]  # fmt: skip
    table = Table("imputation", "Unanswered items: complete cases beside imputed ones", columns)
    data = released.table("estimates")
    for claim in released.claim_rows():
        found = imputed_rows(data, claim)
        if found["imputed"] is None:
            continue
        form = mean_cell if claim["kind"] == "equivalence" else share_cell
        table.rows.append(
            [
                claim_name(released, claim),
                cell(found["incomplete"], "estimate", _one), cell(found["open"], "estimate", _one),
                form(found["complete"]), cell(found["complete"], "n", formatting.count),
                form(found["imputed"]), cell(found["imputed"], "n", formatting.count),
                cell(found["information"], "estimate", formatting.decimal),
                _preferred(found),
            ]
        )  # fmt: skip
    table.notes = _imputation_notes(released, data)
    return table


def _one(share: float) -> str:
    return formatting.points(share)


def imputed_rows(data: pd.DataFrame, claim: pd.Series) -> dict[str, pd.Series | None]:
    """Rows of one claim (and group) from complete cases and from imputed items; None for what is absent."""
    own = rows_of(data, claim=str(claim["claim"]), variable=str(claim["variable"]))
    inside = rows_of(own, group_level=str(claim["group_level"]))
    kind = "mean" if claim["kind"] == "equivalence" else "proportion"
    # The shares are of all staff asked; a row within a group has none of its own.
    return {
        "incomplete": first_of(inside, statistic="share_incomplete"),
        "open": first_of(inside, statistic="share_item_unanswered"),
        "complete": first_of(inside, statistic=f"{kind}_complete_cases"),
        "imputed": first_of(inside, statistic=f"{kind}_imputed"),
        "information": first_of(inside, statistic=f"{kind}_missing_information"),
    }


def imputation_preferred(found: dict[str, pd.Series | None]) -> bool | None:
    """Whether the rule prefers the imputed estimate; None where that is suppressed or unknown."""
    for name, answer in (("imputed", True), ("complete", False)):
        row = found[name]
        if row is not None and "primary" in str(row["flag"]):
            return answer
    return None


def _preferred(found: dict[str, pd.Series | None]) -> str:
    preferred = imputation_preferred(found)
    if preferred is None:
        return SUPPRESSED
    differs = any(row is not None and "differs" in str(row["flag"]) for row in found.values())
    return ("imputed" if preferred else "complete cases") + ("; the conclusion differs" if differs else "")


def imputations_made(data: pd.DataFrame) -> float:
    """Count the completed data sets; NaN where nothing was imputed."""
    row = first_of(data, statistic="imputations")
    return math.nan if row is None else float(row["estimate"])


def _imputation_notes(released: Released, data: pd.DataFrame) -> list[str]:
    made = imputations_made(data)
    number = f"{formatting.count(made)} data sets, " if math.isfinite(made) else ""
    level = formatting.confidence(released.config["analysis"]["ci_level"])
    return [
        f"In brackets, {level} intervals. Weighted by the primary scheme. Imputed, {number}combined by "
        "Rubin's rules. Incomplete, share of the base whose answer to the claim had to be imputed; any "
        "item open, share with at least one item of it unanswered. FMI, fraction of the information "
        "missing through unanswered items.",
        "By the rule, which of the two is to be preferred: complete cases where fewer than 5% are "
        "incomplete. The ledger and the article report complete cases throughout.",
    ]


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
        return escape(f"{row['claim']} {label}")
    return escape(label)


# --- comments -----------------------------------------------------------------------------------------


def open_answers(released: Released) -> Table:
    """Themes of the open answers by group, with the agreement of two coders."""
    levels = list(released.levels)
    columns = [Column("Theme", 34, "l")]
    columns += [
        Column(f"{head}, %", 9) for head in ("All", *(escape(released.abbreviation(v)) for v in levels))
    ]
    columns += [Column("κ", 17), Column("α", 8), Column("AC1", 8)]
    table = Table("open_answers", "What was written in answer to the open questions", columns)
    data = released.table("estimates")
    pooled = []
    for question in coded_questions(data):
        own = rows_of(data, variable=question)
        themes = rows_of(own, statistic="proportion", group_level="")
        table.section(released.label(question))
        given = rows_of(own, statistic="proportion")
        bases = [_most(rows_of(given, group_level=level)["n"]) for level in ("", *levels)]
        table.rows.append([INDENT + "*Wrote an answer, n*", *bases])
        for _, theme in themes.iterrows():
            code = str(theme["level"])
            rows = rows_of(own, level=code)
            counts = [
                cell(first_of(rows, statistic="proportion", group_level=v), "estimate", formatting.points)
                for v in ("", *levels)
            ]
            table.rows.append(
                [
                    INDENT + escape(str(theme["level_label"])), *counts,
                    mean_cell(first_of(rows, statistic="cohen_kappa")),
                    _coefficient(first_of(rows, statistic="krippendorff_alpha_nominal")),
                    _coefficient(first_of(rows, statistic="gwet_ac1")),
                ]
            )  # fmt: skip
        kappa = first_of(own, statistic="pooled_kappa")
        if kappa is not None and math.isfinite(float(kappa["estimate"])):
            pooled.append(f"{escape(released.in_text(released.label(question)))} {mean_cell(kappa)}")
    level = formatting.confidence(released.config["analysis"]["ci_level"])
    short = released.abbreviations()
    table.notes = [
        "Unweighted, of those who wrote an answer; an answer may hold several themes. A theme counts where "
        "both coders gave it, or as they agreed.",
        f"Two coders: κ, Cohen's kappa with {level} interval; α, Krippendorff's, nominal; AC1, Gwet's.",
        f"Pooled kappa: {'; '.join(pooled)}." if pooled else "",
        f"{escape(short)}." if short else "",
    ]
    return table


def _most(counts: pd.Series) -> str:
    """Print the base of a question's themes, of which some may be suppressed with theirs."""
    known = counts.dropna()
    return formatting.count(float(known.max())) if len(known) else SUPPRESSED


def coded_questions(data: pd.DataFrame) -> list[str]:
    """List the open questions whose answers were coded."""
    return list(dict.fromkeys(data.loc[data["base"] == "wrote an answer", "variable"]))


# --- verification -------------------------------------------------------------------------------------

# Which file of golden tests belongs to which group of methods.
METHOD_GROUPS = {
    "test_stage_golden": "What the stages publish, from a raw file: weights, estimates, tests, a model",
    "test_estimates_golden": "Means, totals, shares, ratios, domains, quantiles",
    "test_variance_golden": "Standard errors: linearised, with the correction, replicates",
    "test_intervals_golden": "Intervals of shares",
    "test_weighting_golden": "Weights: post-stratified, raked, calibrated, trimmed",
    "test_group_tests_golden": "Tests between groups",
    "test_models_golden": "Linear, logistic, proportional-odds and Poisson models",
    "test_reliability_golden": "Reliability and polychoric correlations",
    "test_agreement_golden": "Agreement of coders",
    "test_response_rates_golden": "Outcome rates",
    "test_nonresponse_bias_golden": "Non-response bias indicators",
    "test_proxy_pattern_mixture_golden": "Proxy pattern mixture",
    "test_sensitivity_golden": "Response-odds mixture, tipping point, bounds",
}
SIMULATED_ABOVE = 1e-3


def verification(released: Released) -> Table:
    """Condense the list of checks against R: per group of methods how many, and how closely."""
    columns = [
        Column("Methods", 44, "l"), Column("R values", 12), Column("Known answers", 12),
        Column("Largest relative tolerance", 18), Column("Data", 30, "l"),
    ]  # fmt: skip
    table = Table("verification", "What the tests check against R", columns)
    data = released.table("verification")
    checked = rows_of(data, status="checked")
    for name in _test_files(checked["tests"]):
        own = checked[checked["tests"].str.split(", ").map(lambda files, name=name: name in files)]
        exact = own[(own["tolerance_kind"] == "relative")]
        table.rows.append(
            [
                METHOD_GROUPS.get(name, escape(name.replace("_", " "))),
                formatting.count(len(exact)),
                formatting.count(len(own) - len(exact)),
                _tolerance(exact),
                escape("; ".join(dict.fromkeys(", ".join(own["data"].astype(str)).split(", ")))),
            ]
        )
    table.notes = _verification_notes(data, checked)
    return table


def _test_files(column: Iterable[str]) -> list[str]:
    found = {name for text in column for name in str(text).split(", ") if name}
    order = list(METHOD_GROUPS)
    return sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name))


def _tolerance(rows: pd.DataFrame) -> str:
    """Largest tolerance as a power of ten, simulated entries left aside."""
    values = [float(value) for value in rows["tolerance"] if float(value) < SIMULATED_ABOVE]
    if not values:
        return NOT_APPLICABLE
    largest = max(values)
    power = math.floor(math.log10(largest) + 1e-9)
    digits = largest / 10**power
    lead = "" if abs(digits - 1) < 1e-9 else f"{formatting.decimal(digits, 1)}{NO_BREAK}×{NO_BREAK}"
    return f"{lead}10^{formatting.MINUS}{-power}^"


def _verification_notes(data: pd.DataFrame, checked: pd.DataFrame) -> list[str]:
    left = data[data["status"] != "checked"]
    reasons = dict.fromkeys(
        str(text).split(";")[0].removesuffix(" is not offered") for text in left["reason"] if text
    )
    simulated = checked[checked["tolerance"].astype(float) >= SIMULATED_ABOVE]
    known = checked[checked["tolerance_kind"] != "relative"]
    published = int((checked["through"].fillna("") != "").sum())
    return [
        f"{formatting.count(published)} results were read off the tables that the stages publish, run "
        "from a raw file and a configuration; all others check formulas."
        if published
        else "",
        f"{formatting.count(len(checked) - len(known))} results of R and "
        f"{formatting.numeral(len(known), 'known answer')}, which are sets of printed figures held to their "
        "last digit. An entry counts in each group that checks it. R values are on public data of the R "
        "packages.",
        f"{formatting.numeral(len(simulated), 'bootstrap entry', 'bootstrap entries').capitalize()} "
        f"{'is' if len(simulated) == 1 else 'are'} held to {'its' if len(simulated) == 1 else 'their'} "
        "simulation error and left out of the tolerance."
        if len(simulated)
        else "",
        f"Not offered and so not checked: {escape(formatting.sentence_list(list(reasons)))}."
        if reasons
        else "",
    ]


TABLES: dict[str, Callable[[Released], Table]] = {
    "models": models,
    "reliability": reliability,
    "imputation": imputation,
    "multiplicity": multiplicity,
    "open_answers": open_answers,
    "verification": verification,
}
