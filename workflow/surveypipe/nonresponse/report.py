"""The whole non-response bias analysis as one tidy table.

Steps (column ``step``), in the order in which a report tells them: *rates*, *frame* (respondents against all
staff), *response_model*, *auxiliaries* (what the frame has to do with response and with the answers),
*weighting* (estimates before and after), *waves*, *early_late*, *extrapolation*, *benchmarks*, *bias_range*,
*representativity*, *missing_information*. Nothing here enters a grade.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.estimation.survey import indicator
from surveypipe.ledger.cases import Case
from surveypipe.nonresponse import indicators, missing_information, tests_of_response
from surveypipe.nonresponse.outcomes import BiasOutcome, BiasRefusal, refused
from surveypipe.nonresponse.representativity import representativity_rows
from surveypipe.nonresponse.study import Study, claim_cells, lines_of, test_cells
from surveypipe.nonresponse.waves import wave_rows
from surveypipe.problems import Problems, SurveyError, shown

Floats = NDArray[np.float64]

COLUMNS = (
    "step", "measure", "variable", "level", "group", "group_level", "claim", "scheme", "n", "N", "estimate",
    "se", "statistic", "df", "p_value", "note", "outcome", "refusal",
)  # fmt: skip
_TEXT = ("variable", "level", "group_level", "claim", "scheme", "note", "outcome", "refusal")

# Multiples of the respondents' value that the silent are assumed to have, as nrba's range of bias.
MULTIPLES = (0.5, 0.75, 0.9, 1.1, 1.25)
FEWEST_DONORS = 5
PENALISED = "Firth's penalty: the plain fit is separated"
INFORMATION_NOTES = {
    BiasOutcome.ADDS_NOTHING: "about the share unknown: the frame adds next to nothing to its precision",
    BiasOutcome.ADDS_SOMETHING: "below the share unknown: the frame tells something of the answer",
}


def report(study: Study) -> pd.DataFrame:
    """Carry out every step.

    Parameters
    ----------
    study
        See :class:`Study`.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`. ``n`` counts respondents behind the row and ``N`` the eligible staff; a row
        with the outcome `REFUSED` has no estimate.

    Raises
    ------
    SurveyError
        If an auxiliary, a date or a benchmark is not in the data.
    """
    check(study)
    steps: list[Iterable[dict[str, Any]]] = [
        rate_rows(study), frame_rows(study), model_rows(study), auxiliary_rows(study), weighting_rows(study),
        wave_rows(study), benchmark_rows(study), range_rows(study), representativity_rows(study),
        information_rows(study),
    ]  # fmt: skip
    rows = [row for step in steps for row in step]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    text = table[["group", *_TEXT]].astype("object")
    text["group"] = text["group"].fillna("overall")
    return table.assign(**text.fillna(""))


def check(study: Study) -> None:
    """Refuse a configuration that names what the data do not hold."""
    problems = Problems()
    lacking = [name for name in study.auxiliaries if name not in study.staff]
    if lacking:
        problems.add(
            f"nonresponse.auxiliaries: the staff list holds no {shown(lacking)}; name columns of the frame."
        )
    waves = study.plan.waves
    named = {"variable": waves.variable, "since": waves.since} if waves else {}
    for key, name in named.items():
        if name and name not in study.respondents:
            problems.add(f"nonresponse.waves.{key}: the data hold no variable '{name}'.")
        elif name and not pd.api.types.is_datetime64_any_dtype(study.respondents[name]):
            problems.add(f"nonresponse.waves.{key}: '{name}' is not a date.")
    for number, benchmark in enumerate(study.plan.benchmarks, start=1):
        if benchmark.variable not in study.respondents:
            problems.add(
                f"nonresponse.benchmarks, number {number}: the data hold no variable '{benchmark.variable}'."
            )
    problems.raise_if_any()


def rate_rows(study: Study) -> Iterator[dict[str, Any]]:
    """Response rates, all told and by subgroup, with tests of independence."""
    r = study.respondent
    yield {
        "step": "rates", "measure": "response_rate", "n": int(r.sum()), "N": len(r), "estimate": r.mean(),
        "note": "respondents over all eligible; in a census the rate has no sampling error",
    }  # fmt: skip
    for variable in study.auxiliaries:
        labels = study.staff[variable].astype(str)
        for level in sorted(labels.unique()):
            inside = (labels == level).to_numpy()
            yield {
                "step": "rates", "measure": "response_rate", "variable": variable, "level": level,
                "n": int(r[inside].sum()), "N": int(inside.sum()), "estimate": r[inside].mean(),
            }  # fmt: skip
        found = indicators.response_independence(labels, r)
        common = {"step": "rates", "variable": variable, "n": int(r.sum()), "N": len(r)}
        yield {
            **common, "measure": "chi2_test", "statistic": found.chi2, "df": found.df or math.nan,
            "p_value": found.p_value, "note": "Pearson; in a census the Rao-Scott correction is 1",
        }  # fmt: skip
        if math.isfinite(found.fisher_p):
            yield {**common, "measure": "fisher_test", "p_value": found.fisher_p}


def frame_rows(study: Study) -> Iterator[dict[str, Any]]:
    """Respondents against all eligible staff, category by category."""
    r = study.respondent
    for line in lines_of(indicators.respondents_against_frame(study.staff, r, list(study.auxiliaries))):
        common = {"step": "frame", "variable": line.variable, "level": line.level, "n": line.n, "N": line.N}
        member = (study.staff[line.variable].astype(str) == line.level).to_numpy(dtype=float)
        yield {**common, "measure": "frame_share", "estimate": line.frame_share}
        yield {**common, "measure": "respondent_share", "estimate": line.respondent_share}
        yield {
            **common,
            "measure": "difference",
            **test_cells(tests_of_response.difference_from_frame(member, r)),
            "statistic": line.std_difference,
            "note": "statistic: standardised difference; test: respondents as a random part of all eligible",
        }


def model_rows(study: Study) -> Iterator[dict[str, Any]]:
    """Model of response: coefficients, tests of variables, area under the curve."""
    r = study.respondent
    size = {"step": "response_model", "n": int(r.sum()), "N": len(r)}
    if r.all():
        yield {**size, "measure": "model", **refused(BiasRefusal.EVERYBODY_RESPONDED, study.plan.fewest)}
        return
    made = tests_of_response.response_model(study.staff, r, study.auxiliaries)
    told = {"outcome": BiasOutcome.PENALISED, "note": PENALISED} if made.firth else {}
    for line in lines_of(made.terms):
        kind = "intercept" if not line.variable else "log_odds_ratio"
        yield {
            **size, "measure": kind, "variable": line.variable, "level": line.level,
            "estimate": line.estimate, "se": line.se, "statistic": line.estimate / line.se,
            "p_value": line.p_value, **told,
        }  # fmt: skip
    for line in lines_of(made.variables):
        yield {
            **size, "measure": "wald_test", "variable": line.variable, "statistic": line.chi2, "df": line.df,
            "p_value": line.p_value, **told,
        }  # fmt: skip
    yield {**size, "measure": "auc", "estimate": made.auc, "note": ".5: the frame tells nothing of response"}


def auxiliary_rows(study: Study) -> Iterator[dict[str, Any]]:
    """Relate each auxiliary to response, V(x, r), and to each claim's answers, V(x, y)."""
    for variable in study.auxiliaries:
        found = tests_of_response.association(study.staff[variable], study.respondent, binary=True)
        yield {
            "step": "auxiliaries", "measure": "v_response", "variable": variable,
            "n": int(study.respondent.sum()), "N": len(study.staff),
            "estimate": found.value, "p_value": found.p_value,
            "note": "Cramér's V of the auxiliary and response",
        }  # fmt: skip
        for case in study.cases:
            if case.group_level and variable == study.group:
                continue
            y = case.outcome
            link = tests_of_response.association(study.respondents[variable], y, binary=case.claim.binary)
            words = "Cramér's V" if case.claim.binary else "correlation ratio"
            yield {
                "step": "auxiliaries",
                "measure": "v_answer",
                **claim_cells(case),
                "variable": variable,
                "n": link.n,
                "N": case.population,
                "estimate": link.value,
                "p_value": link.p_value,
                "note": f"{words} of the auxiliary and the answer, respondents",
            }


def weighting_rows(study: Study) -> Iterator[dict[str, Any]]:
    """Estimates before and after weighting, with a test of the shift on paired replicates."""
    for case in study.cases:
        y = case.outcome
        size = {
            "step": "weighting",
            **claim_cells(case),
            "n": int((~np.isnan(y)).sum()),
            "N": case.population,
        }
        for scheme, design in study.designs.items():
            found = tests_of_response.weighting_shift(y, design, study.jackknife.get(scheme))
            if np.ptp(design.weights) == 0:
                yield {**size, "measure": "before", "estimate": found.before, "scheme": scheme}
                continue
            how = "paired jackknife replicates" if found.paired else "linearised second-phase variance"
            yield {**size, "measure": "after", "estimate": found.after, "scheme": scheme}
            yield {
                **size, "measure": "shift", "scheme": scheme, **test_cells(found.difference),
                "note": f"weighted less unweighted; {how}",
            }  # fmt: skip


def benchmark_rows(study: Study) -> Iterator[dict[str, Any]]:
    """Estimates against values known from elsewhere, where the configuration gives any."""
    listed = study.plan.benchmarks
    if not listed:
        yield {"step": "benchmarks", "measure": "benchmark", "note": "none is configured"}
    for benchmark in listed:
        values = study.respondents[benchmark.variable]
        level, said = benchmark.level, "" if benchmark.level is None else str(benchmark.level)
        y = values.to_numpy(dtype=float) if level is None else indicator(values, level)
        common = {
            "step": "benchmarks", "variable": benchmark.variable, "level": said,
            "n": int((~np.isnan(y)).sum()), "N": len(study.staff),
        }  # fmt: skip
        yield {
            **common, "measure": "benchmark", "estimate": benchmark.value,
            "se": benchmark.se, "note": benchmark.source,
        }  # fmt: skip
        for scheme, design in study.designs.items():
            found = design.means(y[:, None])[0]
            se = math.hypot(found.se, benchmark.se)
            gap = tests_of_response.tested(found.estimate - benchmark.value, se, found.df)
            yield {
                **common, "measure": "difference", "scheme": scheme, **test_cells(gap),
                "note": f"estimate less benchmark ({benchmark.source})",
            }  # fmt: skip


def range_rows(study: Study) -> Iterator[dict[str, Any]]:
    """Bias of the respondents' mean if the silent had a multiple of it: (1 − RR)(ȳ_r − ȳ_nr)."""
    for case in study.cases:
        if not case.base_known or not case.claim.binary:
            continue
        y = case.outcome
        n = int((~np.isnan(y)).sum())
        if n < study.plan.fewest:
            continue
        rate, mean = n / case.population, float(np.nanmean(y))
        for multiple in MULTIPLES:
            silent = min(multiple * mean, case.claim.limits[1])
            yield {
                "step": "bias_range",
                "measure": "bias",
                **claim_cells(case),
                "level": f"{multiple:g}",
                "n": n,
                "N": case.population,
                "estimate": (1 - rate) * (mean - silent),
                "note": f"were the silent's share {multiple:g} times the respondents'"
                + ("; held at 1" if silent < multiple * mean else ""),
            }


def information_rows(study: Study) -> Iterator[dict[str, Any]]:
    """Fraction of missing information of each claim, beside the share of staff without an answer."""
    for case in study.cases:
        value, share, n = case_information(study, case)
        if math.isnan(value):
            told = refused(BiasRefusal.TOO_FEW_OR_ALIKE, study.plan.fewest)
        else:
            outcome = BiasOutcome.ADDS_NOTHING if value > 0.9 * share else BiasOutcome.ADDS_SOMETHING
            told = {"outcome": outcome, "note": INFORMATION_NOTES[outcome]}
        row = {"step": "missing_information", **claim_cells(case), "n": n, "N": case.population}
        yield {**row, "measure": "fmi", "estimate": value, **told}
        unknown = "those of whom no answer is known"
        yield {**row, "measure": "share_unknown", "estimate": share, "note": unknown}


def case_information(study: Study, case: Case) -> tuple[float, float, int]:
    """FMI of a claim, share of the staff without an answer, and number of answers."""
    part = study.part(case)
    y = study.on_staff(case.outcome)[part]
    member = np.ones(int(part.sum()))
    if not case.base_known:
        member = study.on_staff(case.people["base"].to_numpy(dtype=float))[part]
    settled = (member == 0) | ((member == 1) & ~np.isnan(y))
    n = int((~np.isnan(y)).sum())
    share = 1 - float(settled.mean())
    if n < study.plan.fewest:
        return math.nan, share, n
    names = [name for name in study.auxiliaries if not case.group_level or name != study.group]
    cells = missing_information.donor_cells(study.staff[part], names, settled, FEWEST_DONORS)
    words = f"fmi {case.key} {case.group_level}"
    rng = np.random.default_rng([study.seed, zlib.crc32(words.encode())])
    draws = study.plan.imputations
    return missing_information.missing_information(y, member, cells, draws, rng), share, n


def order_check(study: Study) -> None:
    """Refuse respondents that do not match the staff list's marks.

    Raises
    ------
    SurveyError
        Naming the persons concerned.
    """
    marked = set(study.staff.loc[study.staff["respondent"].astype(bool), "id"].astype(str))
    weighted = set(study.respondents["id"].astype(str))
    if marked != weighted:
        odd = sorted(marked ^ weighted)
        raise SurveyError(
            f"nonresponse: {len(odd)} persons are respondents in one file only ({shown(odd)}); run the "
            "pipeline again from the response stage."
        )
