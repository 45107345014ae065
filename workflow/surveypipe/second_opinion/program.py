"""The program in R: a head of study, bases and designs, then functions that all studies share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from surveypipe.design.replicated import replicate_coefs
from surveypipe.estimation.estimates import merged_categories
from surveypipe.estimation.several_answers import sets_of
from surveypipe.estimation.survey import Survey
from surveypipe.regression.terms import level_code
from surveypipe.second_opinion import in_r
from surveypipe.second_opinion.designs import InR, Weighed
from surveypipe.study.about import Study
from surveypipe.study.analysis import Model
from surveypipe.study.bases import conditions_of
from surveypipe.study.claims import AnyClaim
from surveypipe.study.design import Sampling
from surveypipe.study.modelled import AssociationClaim

INTERVALS = {
    "logit": "xlogit",
    "korn_graubard": "beta",
    "korn_graubard_capped": "beta capped at n",
    "wilson": "wilson",
    "arcsine": "asin",
    "t": "mean",
}


def program(
    survey: Survey,
    weighed: Weighed,
    designs: Sequence[InR],
    *,
    study: Study,
    file: str,
    variables: Sequence[str],
    texts: Sequence[str],
    parts: Sequence[Path],
) -> str:
    """Write the program in R of a study.

    Parameters
    ----------
    survey
        Respondents, and what is asked of them.
    weighed, designs
        Weights, and each scheme said in R.
    file
        Name of the file of answers.
    variables
        Those of the data file.
    texts
        Its columns that hold text.
    parts
        Files of the program: the head, which is a template, then functions, in the order of the program.
    """
    template, *functions = parts
    world = Environment(
        loader=FileSystemLoader(template.parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    world.filters |= {"r": in_r.value, "comment": in_r.comment, "key": in_r.key}
    settings = survey.settings
    head = world.get_template(template.name).render(
        study=study,
        file=Path(file).name,
        drawn=_drawn(weighed.sampling),
        designs=designs,
        lonely=_lonely(weighed.sampling),
        factors=_factors(weighed.sampling),
        primary=survey.primary,
        bases={base: _codes(conditions_of(settings.bases, base)) for base in settings.bases},
        base_of=_bases(survey),
        groups=_groups(survey),
        counted={name: survey.counted(name) for name in variables if survey.counted(name)},
        merged=_merged(survey, variables),
        sets=sets_of(survey),
        claims={key: _claim(claim) for key, claim in survey.claims.items()},
        scenario=_scenario(survey),
        models=[
            {
                "outcome": one.outcome,
                "kind": one.kind,
                "predictors": list(one.predictors),
                "level": _modelled(survey, one),
            }
            for one in settings.analysis.models
        ],
        interval=INTERVALS[settings.analysis.proportion_interval],
        level=survey.level,
        texts=list(texts),
    )
    return head + "".join(path.read_text(encoding="utf-8") for path in functions)


def _bases(survey: Survey) -> dict[str, str]:
    """Give the base of each variable that a claim is about, or a model of which one is claimed."""
    claims = survey.claims.values()
    modelled = {claim.variable: claim.base for claim in claims if isinstance(claim, AssociationClaim)}
    return modelled | {claim.variable: claim.base for claim in survey.described.values()}


def _modelled(survey: Survey, model: Model) -> str:
    """Code of the answer that a logistic model is of."""
    if model.kind != "logistic":
        return ""
    return str(survey.variables[model.outcome].get("counts") if model.level is None else model.level)


def _codes(conditions: Mapping[str, Sequence[object]]) -> dict[str, list[str]]:
    return {name: [str(code) for code in codes] for name, codes in conditions.items()}


def _groups(survey: Survey) -> dict[str, list[str]]:
    """Levels of each grouping in order: those of the section ``groups``, else the answers of the codebook."""
    named = [test.between for test in survey.settings.analysis.tests]
    named += [test.between for test in survey.settings.analysis.further_tests]
    made = {group: [str(level) for level in about.levels] for group, about in survey.settings.groups.items()}
    return {name: list(survey.values(name)) for name in named if name not in made} | made


def _merged(survey: Survey, variables: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Codes of the merged categories of each ordered item."""
    made = {}
    for name in variables:
        if survey.item_type(name).ordered and (parts := merged_categories(survey.values(name))):
            made[name] = {level: codes for level, _, codes in parts}
    return made


def _claim(claim: AnyClaim) -> dict[str, Any]:
    return {
        "base": claim.base,
        "share": claim.is_share,
        "tails": claim.tails,
        "counted": "" if claim.counted is None else str(claim.counted),
        "above": [float(side.limit) for side in claim.sides() if side.direction == "above"],
        "below": [float(side.limit) for side in claim.sides() if side.direction == "below"],
        "parts": [_codes(part) for part in claim.parts],
        "statistic": claim.statistic,
        "log": claim.log_scale,
        "over": claim.divisor or "",
        "before": claim.before or "",
        **_association(claim),
    }


# How the method of a model begins, by its kind.
_METHODS = {"logistic": "logistic", "ordinal": "proportional-odds", "linear": "linear"}


def _association(claim: AnyClaim) -> dict[str, str]:
    """Name the model of an association, and its column there."""
    if not isinstance(claim, AssociationClaim):
        return {"model": "", "term": ""}
    column = claim.term if claim.level is None else f"{claim.term}={level_code(claim.level)}"
    return {"model": _METHODS[claim.model], "term": column}


def _scenario(survey: Survey) -> dict[str, str]:
    plan = survey.settings.sensitivity.scenario
    return {} if plan is None else {"variable": plan.variable, "level": str(plan.level)}


def _lonely(sampling: Sampling) -> str:
    """R's option for strata of one unit; a response cell of one adds nothing."""
    return (
        {"error": "fail"}.get(sampling.single_unit, sampling.single_unit) if sampling.drawn else "certainty"
    )


def _factors(sampling: Sampling) -> list[float]:
    given = sampling.replicates
    return [] if given is None else [float(one) for one in replicate_coefs(given)]


def _drawn(sampling: Sampling) -> list[str]:
    """Lines that say which variables the design's columns are."""
    given = sampling.replicates
    said = {
        "weights": sampling.weights or "",
        "probabilities": sampling.probabilities or "",
        "strata": sampling.strata or "",
        "stages": ", ".join(sampling.clusters),
        "units in the population": ", ".join(str(one) for one in sampling.fpc),
        "replicate weights": "" if given is None else f"{len(given.columns)}, {given.type}",
    }
    return [f"{what}: {names}" for what, names in said.items() if names]
