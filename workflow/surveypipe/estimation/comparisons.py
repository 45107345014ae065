"""Rows of the table of estimates that compare: groups with each other, and two measures on the same people.

As the configuration says, tests have the finite-population correction off (they are about services like
these) and descriptions have it on (they are about this workforce); the other of the two stands beside each,
its statistic ending in ``_fpc`` or ``_nofpc``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.design import engine, intervals
from surveypipe.estimation import contingency, group_tests
from surveypipe.estimation.equivalence import equivalence_test
from surveypipe.estimation.estimates import Estimand, complete, estimands
from surveypipe.estimation.rows import estimate_row
from surveypipe.estimation.survey import Survey, claim_of, indicator
from surveypipe.study.base import same_code
from surveypipe.study.comparing import tost_level

Floats = NDArray[np.float64]
Row = dict[str, Any]
SMALL_EXPECTED = 5


def statistic_name(name: str, published: bool, fpc: bool) -> str:
    """Name of a statistic: plain as published, else with how it differs."""
    if fpc == published:
        return name
    return f"{name}_fpc" if fpc else f"{name}_nofpc"


def group_codes(survey: Survey, group: str) -> tuple[list[str], Floats]:
    """Levels of a grouping variable in order, and the code of each respondent (NaN for none)."""
    about = survey.settings.groups.get(group)
    levels = list(about.levels) if about else list(survey.values(group))
    codes = np.full(len(survey.respondents), np.nan)
    for number, level in enumerate(levels):
        codes[indicator(survey.respondents[group], level) == 1.0] = number
    return levels, codes


def outcome_of(survey: Survey, name: str) -> tuple[Floats, str, str]:
    """Outcome to compare, with its level and label.

    The value itself of what has a mean or a median; else whether the answer was given that a claim is about,
    or that the codebook counts. Of a categorical variable of which no answer is counted, the answers by
    number and no level: they can be set against groups, and have neither mean nor difference.
    """
    column = survey.respondents[name]
    values = survey.values(name)
    code = ""
    if survey.item_type(name).ranked:
        outcome = column.to_numpy(float)
    elif wanted := survey.counted(name):
        code = next(key for key in values if same_code(key, wanted))
        outcome = indicator(column, code)
    else:
        outcome = np.full(len(column), np.nan)
        for number, key in enumerate(values):
            outcome[indicator(column, key) == 1.0] = number
    outcome = np.where(survey.inside(survey.base_of(name)), outcome, np.nan)
    return outcome, code, values.get(code, "")


def _common(survey: Survey, name: str, group: str) -> Row:
    return {
        "claim": claim_of(survey.settings).get(name, ""),
        "group": group,
        "scheme": survey.primary,
        "variable_label": survey.label(name),
        "base": survey.base_of(name),
    }


def _variance_name(survey: Survey) -> str:
    return survey.variance_of(survey.designs[survey.primary])


def test_rows(survey: Survey) -> Iterator[Row]:
    """Every test of the configuration, under the primary scheme."""
    published = survey.settings.analysis.fpc.tests
    for test in survey.settings.analysis.tests:
        name, group = test.variable, test.between
        levels, codes = group_codes(survey, group)
        outcome, _, _ = outcome_of(survey, name)
        both = ~np.isnan(outcome) & ~np.isnan(codes)
        if len(np.unique(codes[both])) < 2 or len(np.unique(outcome[both])) < 2:
            yield estimate_row(
                name, "rao_scott", np.nan, **_common(survey, name, group), n=int(both.sum()),
                fpc=published, flag="no test: fewer than two groups or two answers",
            )  # fmt: skip
            continue
        kind = survey.item_type(name)
        everybody = bool(complete(both[:, None], survey.designs[survey.primary])[0])
        for fpc in survey.corrections(published):
            if fpc and everybody:
                yield from _untested_rows(survey, name, group, len(levels), published, int(both.sum()))
                continue
            if kind.listed:
                yield _rao_scott_row(survey, name, group, fpc, published)
            if kind.ranked:
                yield _rank_row(survey, name, group, fpc, published)
            if len(levels) == 2 and _has_mean(survey, name):
                yield _t_row(survey, name, group, fpc, published)
        if kind.listed:
            yield from _exact_row(survey, name, group)


def _untested_rows(
    survey: Survey, name: str, group: str, levels: int, published: bool, n: int
) -> Iterator[Row]:
    """Rows of the tests that have nothing to test: no difference is down to chance."""
    kind = survey.item_type(name)
    wanted = {
        "rao_scott": kind.listed,
        "rank_test": kind.ranked,
        "t_test": levels == 2 and _has_mean(survey, name),
    }
    for statistic in [key for key, made in wanted.items() if made]:
        yield estimate_row(
            name, statistic_name(statistic, published, True), np.nan, **_common(survey, name, group), n=n,
            fpc=True, flag="no test: everybody answered, so there is no sampling error",
        )  # fmt: skip


def _has_mean(survey: Survey, name: str) -> bool:
    """Whether a mean, or the share of one answer, stands for a variable."""
    return survey.item_type(name).mean or bool(survey.counted(name))


def _answers(survey: Survey, name: str) -> Any:
    """Answers of those in the variable's base; missing elsewhere."""
    outcome, _, _ = outcome_of(survey, name)
    return survey.respondents[name].where(~np.isnan(outcome))


def _rao_scott_row(survey: Survey, name: str, group: str, fpc: bool, published: bool) -> Row:
    import pandas as pd

    design = survey.designs[survey.primary]
    _, codes = group_codes(survey, group)
    answers = _answers(survey, name)
    frame = pd.DataFrame({"answer": answers, "group": codes})
    both = frame.notna().all(axis=1).to_numpy()
    kept = frame[both]
    # svy drops whoever is outside the table: n_h shrinks and N_h does not, and a domain needs the formula.
    made = design.sample(frame, fpc=fpc) if both.all() else None
    if made is not None:
        test = engine.rao_scott(made, "answer", "group")
    else:
        test = contingency.rao_scott_test(
            answers, codes, design.weights, design.covariance(fpc=fpc),
            design.degrees_of_freedom(both),
        ).second_order  # fmt: skip
    table = contingency.weighted_table(kept["answer"], kept["group"], design.weights[both])
    few = contingency.smallest_expected(kept["answer"], kept["group"]) < SMALL_EXPECTED
    return estimate_row(
        name, statistic_name("rao_scott", published, fpc), test.F, **_common(survey, name, group),
        n=int(both.sum()), df=test.ndf, df2=test.ddf, p_value=test.p, fpc=fpc,
        effect=contingency.cramers_v(table), method="Rao-Scott test, second order (F); effect: Cramér's V",
        flag="an expected count is under 5" if few else "",
    )  # fmt: skip


def _rank_row(survey: Survey, name: str, group: str, fpc: bool, published: bool) -> Row:
    design = survey.designs[survey.primary]
    levels, codes = group_codes(survey, group)
    outcome, _, _ = outcome_of(survey, name)
    both = ~np.isnan(outcome) & ~np.isnan(codes)
    test = group_tests.rank_test(
        outcome, codes, design.weights, design.covariance(fpc=fpc),
        design.degrees_of_freedom(both),
    )  # fmt: skip
    two = len(levels) == 2
    effect = group_tests.cliffs_delta(outcome, codes, design.weights) if two else np.nan
    form = "Wilcoxon form (t); effect: Cliff's delta" if two else "Kruskal-Wallis form (Wald chi-square)"
    return estimate_row(
        name, statistic_name("rank_test", published, fpc), test.statistic, **_common(survey, name, group),
        n=int(both.sum()), df=test.ddf if two else test.ndf, df2=np.nan if two else test.ddf, p_value=test.p,
        fpc=fpc, effect=effect, method=f"Design-based rank test, {form}",
    )  # fmt: skip


def _compared(
    survey: Survey, name: str, group: str, fpc: bool, codes: Floats
) -> tuple[group_tests.Compared, NDArray[np.bool_]]:
    design = survey.designs[survey.primary]
    outcome, _, _ = outcome_of(survey, name)
    both = ~np.isnan(outcome) & ~np.isnan(codes)
    compared = group_tests.compare_means(
        outcome, codes, design.weights, design.covariance(fpc=fpc),
        design.degrees_of_freedom(both) - 1,
    )  # fmt: skip
    return compared, both


def _t_row(survey: Survey, name: str, group: str, fpc: bool, published: bool) -> Row:
    levels, codes = group_codes(survey, group)
    compared, both = _compared(survey, name, group, fpc, codes)
    _, code, text = outcome_of(survey, name)
    test = compared.difference
    return estimate_row(
        name, statistic_name("t_test", published, fpc), test.t, **_common(survey, name, group), level=code,
        level_label=text, n=int(both.sum()), df=test.df, p_value=test.p, fpc=fpc, effect=test.estimate,
        method=f"Design-based t test; effect: difference ({levels[1]} minus {levels[0]})",
    )  # fmt: skip


def _exact_row(survey: Survey, name: str, group: str) -> Iterator[Row]:
    """Exact test where a count expected is small and the weights are constant within the groups."""
    _, codes = group_codes(survey, group)
    answers = _answers(survey, name)
    both = answers.notna().to_numpy() & ~np.isnan(codes)
    weights = survey.designs[survey.primary].weights
    small = contingency.smallest_expected(answers[both], codes[both]) < SMALL_EXPECTED
    if small and group_tests.constant_within(weights[both], codes[both]):
        p = contingency.exact_test(answers[both], codes[both])
        yield estimate_row(
            name, "exact_test", p, **_common(survey, name, group), n=int(both.sum()), p_value=p, fpc=False,
            method="Exact test of unweighted counts",
        )  # fmt: skip


def difference_rows(survey: Survey) -> Iterator[Row]:
    """Differences and risk ratios between groups, for variables of claims and tests, primary scheme.

    Each level after the first is compared with the first; the interval of a difference is that of the
    design-based t test (df of the design less one).
    """
    names = [claim.variable for claim in survey.described.values()]
    names += [name for claim in survey.claims.values() for name in claim.secondary]
    names += [test.variable for test in survey.settings.analysis.tests]
    for name in dict.fromkeys(names):
        for group in survey.settings.groups:
            if group != name and _has_mean(survey, name):
                yield from _difference_rows(survey, name, group)


def _difference_rows(survey: Survey, name: str, group: str) -> Iterator[Row]:
    levels, codes = group_codes(survey, group)
    _, code, text = outcome_of(survey, name)
    variance = _variance_name(survey)
    for number, level in enumerate(levels[1:], start=1):
        pair = np.select([codes == 0, codes == number], [0.0, 1.0], np.nan)
        words = f"{level} minus {levels[0]}"
        place = "" if len(levels) == 2 else f"{level}-{levels[0]}"
        common = {**_common(survey, name, group), "group_level": place, "level": code, "level_label": text}
        for fpc in survey.corrections(survey.fpc):
            compared, both = _compared(survey, name, group, fpc, pair)
            if not both.any() or np.isnan([compared.first, compared.second]).any():
                break
            test = compared.difference
            known = test.se > 0
            low, high = intervals.t_interval(test.estimate, test.se, test.df, level=survey.level)
            yield estimate_row(
                name, statistic_name("difference", survey.fpc, fpc), test.estimate, **common,
                n=int(both.sum()), se=test.se if known else np.nan, df=test.df,
                ci_low=float(low) if known else np.nan, ci_high=float(high) if known else np.nan,
                ci_level=survey.level, fpc=fpc, effect=_standardised(survey, name, pair, test.estimate),
                method=f"{words}; {variance}; t interval; effect: difference over the pooled SD",
                flag="" if known else "all in both groups alike: no standard error",
            )  # fmt: skip
        yield from _ratio_row(survey, name, group, pair, common, code)


def _ratio_row(survey: Survey, name: str, group: str, pair: Floats, common: Row, code: str) -> Iterator[Row]:
    compared, both = _compared(survey, name, group, survey.fpc, pair)
    ratio = compared.log_ratio
    if not code or not np.isfinite(ratio.estimate) or not ratio.se > 0:
        return
    low, high = intervals.t_interval(ratio.estimate, ratio.se, ratio.df, level=survey.level)
    yield estimate_row(
        name, "risk_ratio", float(np.exp(ratio.estimate)), **common, n=int(both.sum()),
        se=ratio.se, df=ratio.df, ci_low=float(np.exp(low)), ci_high=float(np.exp(high)),
        ci_level=survey.level, fpc=survey.fpc,
        method=f"{_variance_name(survey)}; t interval of the logarithm, whose standard error this is",
    )  # fmt: skip


def _standardised(survey: Survey, name: str, pair: Floats, difference: float) -> float:
    """Difference over the weighted pooled standard deviation; NaN where nothing varies."""
    outcome, _, _ = outcome_of(survey, name)
    weights = survey.designs[survey.primary].weights
    total, squares = 0.0, 0.0
    for code in (0.0, 1.0):
        inside = (pair == code) & ~np.isnan(outcome)
        w, y = weights[inside], outcome[inside]
        squares += float(w @ (y - (w @ y) / w.sum()) ** 2)
        total += float(w.sum())
    return float(difference / np.sqrt(squares / total)) if squares > 0 else np.nan


def equivalence_rows(survey: Survey) -> Iterator[Row]:
    """Equivalence tests of the claims that have a margin, over all and by group, with the power at 0."""
    for key, claim in survey.claims.items():
        if not (claim.within_margin and claim.describes):
            continue
        places = [
            one
            for one in estimands(survey)
            if (one.variable, one.statistic) == (claim.variable, claim.statistic)
        ]
        for one in places:
            for fpc in survey.corrections(survey.fpc):
                yield from _tost_rows(survey, key, claim.margin, one, fpc)


def _tost_rows(survey: Survey, key: str, margin: float, one: Estimand, fpc: bool) -> Iterator[Row]:
    result = survey.designs[survey.primary].means(one.outcome, fpc=fpc)[0]
    if result.n == 0:
        return
    inside = ~np.isnan(one.outcome)[:, None]
    known = fpc and bool(complete(inside, survey.designs[survey.primary])[0])
    test = equivalence_test(result.estimate, result.se, result.df, margin, level=survey.level, known=known)
    undecided = "" if np.isfinite(test.power_at_zero) else "no standard error, so no power"
    decides = tost_level(survey.level)
    common = {
        "claim": key, "group": one.group, "group_level": one.group_level, "scheme": survey.primary,
        "n": result.n, "fpc": fpc, "variable_label": survey.label(one.variable), "base": one.base,
    }  # fmt: skip
    yield estimate_row(
        one.variable, statistic_name("tost", survey.fpc, fpc), test.estimate, **common, se=test.se,
        df=test.df, ci_low=test.ci_tost[0], ci_high=test.ci_tost[1], ci_level=decides,
        p_value=test.p, effect=margin,
        method=f"two one-sided t tests, {100 * decides:g}% interval; effect: the margin", flag=test.verdict,
    )  # fmt: skip
    yield estimate_row(
        one.variable, statistic_name("tost_power", survey.fpc, fpc), test.power_at_zero, **common,
        df=test.df, effect=margin, method="power of the equivalence test at a true difference of 0",
        flag=undecided,
    )  # fmt: skip
    if fpc != survey.fpc:
        yield estimate_row(
            one.variable, statistic_name("mean", survey.fpc, fpc), test.estimate, **common, se=test.se,
            df=test.df, ci_low=test.ci[0], ci_high=test.ci[1], ci_level=survey.level,
            method=f"{_variance_name(survey)}; t interval",
        )  # fmt: skip
