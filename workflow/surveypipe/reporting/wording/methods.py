"""The methods section: facts of the configuration and the results, worded by the templates ``methods/``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from surveypipe.formatting import decimal
from surveypipe.identifiers import CLAIMED_MEDIAN
from surveypipe.reporting.facts import NAMED_SOFTWARE, software_versions
from surveypipe.reporting.lookups import first_of, number_of
from surveypipe.reporting.planned import is_planned
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.assumptions import imputed_beside
from surveypipe.reporting.tables.imputation import imputations_made
from surveypipe.reporting.wording import choices, plan, primary
from surveypipe.reporting.wording.designs import drawn
from surveypipe.reporting.wording.estimands import claims
from surveypipe.reporting.wording.protection import disclosure
from surveypipe.sealing.standing import Standing
from surveypipe.study.base import plain
from surveypipe.study.cleaning import Late
from surveypipe.study.grades import Grade
from surveypipe.study.item_types import MEAN, PROPORTION, type_of
from surveypipe.wording import Markdown, Wording

if TYPE_CHECKING:
    import pandas as pd

Facts = dict[str, Any]


def study(released: Released) -> Facts:
    """Tell what kind of study it is, for every template of the methods and of the reviewer's questions."""
    claims = len(released.claims)
    return {
        "population": released.population,
        "recorded": released.settings.study.recorded,
        "mode": released.settings.study.mode,
        "design": drawn(released),
        "groups": [released.in_text(label) for label in released.levels.values()],
        "claims": claims,
        "silent_known": released.silent_known,
        "scenario_there": bool(claims and released.silent_known and released.settings.sensitivity.scenario),
        "weighted": released.weighted,
        "tested": bool(claims or released.settings.analysis.tests or released.settings.analysis.models),
        "scales": len(released.settings.cleaning.scales),
    }


def response(released: Released) -> Facts:
    """Tell who was eligible, what counted as a response, and when it was asked."""
    section = released.settings.response
    late = [rule for rule in released.settings.cleaning.rules if isinstance(rule, Late)]
    return {
        "field_period": released.settings.study.field_period,
        "late_kept": bool(late) and all(rule.action == "flag" for rule in late),
        "listed": released.flow_count("on_list"),
        "eligible": released.flow_count("eligible"),
        "verified": released.settings.frame.verified,
        "counted_by": [released.in_text(released.label(name)) for name in released.settings.frame.columns],
        "complete_from": section.complete_from,
        "partial_from": section.partial_from,
    }


def cleaning(released: Released) -> Facts:
    """Tell by which rules the data were cleaned and how scales were scored."""
    section = released.settings.cleaning
    rules: dict[str, list[str]] = {}
    for rule in choices.could_act(released):
        rules.setdefault(rule.action, []).append(rule.tag())
    done = None if is_planned(released) else released.table("cleaning_summary")
    scales = section.scales
    shares = [scale.min_share for scale in scales]
    sizes = {len(scale.items) for scale in scales}
    return {
        "rules": rules,
        "left_out": _done(done, "drop", "records"),
        "set_missing": _done(done, "set_missing", "values"),
        "scales": [released.in_text(scale.label) for scale in scales],
        "items_each": sizes.pop() if len(sizes) == 1 else None,
        "least_share": min(shares, default=math.nan),
        "most_share": max(shares, default=math.nan),
        "reversed": len(section.reverse),
    }


def _done(summary: pd.DataFrame | None, action: str, what: str) -> int | None:
    if summary is None:
        return None
    number = float(summary.loc[summary["action"] == action, what].sum())
    return int(number) if math.isfinite(number) else None


def weighting(released: Released) -> Facts:
    """Tell how the primary weights were made, what cells were merged, their spread, and the other schemes."""
    others = {key: label for key, label in released.schemes.items() if key != released.primary}
    return {
        **primary.facts(released),
        "fallback": released.primary != released.settings.weighting.primary,
        "others": [released.in_text(label) for label in others.values()],
        **_spread(released),
    }


def _spread(released: Released) -> Facts:
    """Range of the primary weights; they are equal where they print alike."""
    row = first_of(released.table("weight_diagnostics"), scheme=released.primary)
    columns = {"w_min": "w_min", "w_max": "w_max", "deff": "deff_kish", "n_eff": "n_eff", "n": "n"}
    facts: Facts = {name: number_of(row, column) for name, column in columns.items()}
    if not all(map(math.isfinite, facts.values())):
        return facts | {"spread": "withheld"}
    equal = decimal(facts["w_min"]) == decimal(facts["w_max"])
    return facts | {"spread": "equal" if equal else "unequal"}


def analysis(released: Released) -> Facts:
    """Tell how estimates, standard errors, intervals and tests were made."""
    section = released.settings.analysis
    return {
        "ci_level": section.ci_level,
        "interval": section.proportion_interval,
        "intervals_of": _intervals_of(released),
        "df": _degrees_of_freedom(released),
        "correction": section.fpc.descriptive,
        "rests_on": primary.rests_on(released),
        "in_cells": primary.in_cells(released),
        "several_cells": primary.several_cells(released),
        **_jackknife(released),
        "tests": _tests(released),
        "tested_by": _tested_by(released),
        **_tested(released),
        "models": list(dict.fromkeys(model.kind for model in section.models)),
        "groups": [released.in_text(label) for label in released.levels.values()],
        "imputation": section.imputation is not None,
        "imputed_beside": imputed_beside(released),
        "data_sets": imputations_made(released.table("estimates")),
        "adjusted": section.multiplicity is not None,
    }


def _intervals_of(released: Released) -> list[str]:
    """Name the figures whose intervals are published: shares, those of nobody or all, means, medians."""
    section, claims = released.settings.analysis, released.claims.values()
    kinds = [type_of(released.variables[name]) for name in section.items]
    statistics = {claim.statistic for claim in claims}
    scales = bool(released.settings.cleaning.scales)
    published = {
        "shares": any(kind.listed for kind in kinds) or PROPORTION in statistics,
        "unanimous": not section.proportion_interval.startswith("korn_graubard") and _unanimous(released),
        "means": scales or any(kind.mean for kind in kinds) or MEAN in statistics,
        "medians": CLAIMED_MEDIAN in statistics,
    }
    return [name for name, there in published.items() if there]


def _unanimous(released: Released) -> bool:
    """Whether the share of some answer is 0 or 1, whose interval all methods make alike."""
    if is_planned(released):
        return False
    rows = released.table("estimates")
    shares = rows.loc[(rows["scheme"] == released.primary) & (rows["statistic"] == PROPORTION), "estimate"]
    return bool(((shares <= 0) | (shares >= 1)).any())


def _degrees_of_freedom(released: Released) -> float:
    """Give the degrees of freedom of a share or mean behind which all stand; none where these differ."""
    rows = released.table("estimates")
    if is_planned(released):
        return math.nan
    of_all = (rows["group_level"] == "") & (rows["scheme"] == released.primary)
    found = rows.loc[of_all & rows["statistic"].isin([PROPORTION, MEAN]), "df"].dropna()
    return float(found.max()) if len(found) else math.nan


def _jackknife(released: Released) -> Facts:
    """Tell whether replicates were made; of a plan also, up to how many respondents."""
    plan, made = released.settings.weighting.replicates, primary.jackknifed(released)
    most = plan.max_n if plan and made and is_planned(released) else None
    return {"jackknife": made, "jackknife_most": most}


def _tested_by(released: Released) -> list[str]:
    """Name the groupings of the tests; none where all are between two groups that every exhibit shows."""
    named = list(dict.fromkeys(test.between for test in released.settings.analysis.tests))
    of_two = named == [released.group] and len(released.levels) == 2
    return [] if of_two else [released.in_text(released.label(name)) for name in named]


def _tested(released: Released) -> Facts:
    """Tell whether shares were tested, and what was compared by means in two groups and by ranks in more."""
    groups = released.settings.groups
    means: dict[str, None] = {}
    ranks: dict[str, None] = {}
    shares = False
    for test in released.settings.analysis.tests:
        kind = type_of(released.variables[test.variable])
        if kind.stands == PROPORTION:
            shares = True
        else:
            two = len(groups[test.between].levels) == 2
            (means if two else ranks)["ratings" if kind.listed else "numbers"] = None
    return {"shares_tested": shares, "means_tested": list(means), "ranks_tested": list(ranks)}


def _tests(released: Released) -> str:
    analysis = released.settings.analysis
    if not analysis.tests:
        return "none"
    return "corrected" if analysis.fpc.tests else "uncorrected"


def sensitivity(released: Released) -> Facts:
    """Tell what is asked of the silent, and the grades that follow."""
    section = released.settings.sensitivity
    plan, strong = section.scenario, section.theta_strong
    return {
        "silent_known": released.silent_known,
        "model_based": released.settings.design.kind == "convenience",
        "drawn": released.settings.design.drawn,
        "theta_strong": strong,
        "theta_shown": [theta for theta in section.theta_shown if theta != strong],
        "scenario": None if plan is None else plain(plan),
        "several_cells": primary.several_cells(released),
        **primary.alike(released),
        "grades": {grade.name.lower(): grade.label(released.vocabulary) for grade in Grade},
        "equivalence": not all(claim.bounds_can_decide for claim in released.claims.values()),
        "means": any(claim.signs and not claim.binary for claim in released.claims.values()),
    }


def sealed(released: Released) -> Facts:
    """Tell whether this is a rehearsal, which no plan is asked of."""
    return {"rehearsed": released.settings.study.rehearsed}


def software(released: Released) -> Facts:
    """Name the software with its versions."""
    versions = software_versions()
    return {
        "software": [
            Markdown(f"{label} {versions[f'software-{key}']}{cited}")
            for key, (label, cited) in NAMED_SOFTWARE.items()
            if f"software-{key}" in versions
        ]
    }


FACTS: dict[str, Callable[[Released], Facts]] = {
    "response": response,
    "cleaning": cleaning,
    "weighting": weighting,
    "analysis": analysis,
    "claims": claims,
    "sensitivity": sensitivity,
    "sealed": sealed,
    "disclosure": disclosure,
    "software": software,
}


def paragraphs(
    released: Released, words: Wording, opinion: Facts | None = None, standing: Standing | None = None
) -> dict[str, Markdown]:
    """Write the methods section, from what was configured and computed.

    Parameters
    ----------
    released
        The released tables.
    words
        Templates.
    opinion
        What R said of the estimates (:mod:`surveypipe.reporting.wording.opinion`); None where not asked.
    standing
        How the run stands to its sealed plan; None where none is sealed.

    Returns
    -------
    dict
        Name of each paragraph to Markdown.
    """
    common = study(released) | {"opinion": opinion or {}, "plan": plan.facts(standing or Standing())}
    return {name: words.say(f"methods/{name}", **common | facts(released)) for name, facts in FACTS.items()}
