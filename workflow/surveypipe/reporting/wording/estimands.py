"""What each claim estimates and what it is held against: facts of the paragraph of the methods on claims."""

from __future__ import annotations

from typing import Any

from surveypipe.formatting import sentence_list
from surveypipe.reporting.cells import code_text
from surveypipe.reporting.claim_names import coded
from surveypipe.reporting.lookups import between
from surveypipe.reporting.released import Released
from surveypipe.study.base import plain
from surveypipe.study.bases import conditions_of
from surveypipe.study.claims import AnyClaim
from surveypipe.study.modelled import AssociationClaim

Facts = dict[str, Any]


def claims(released: Released) -> Facts:
    """Tell what was estimated for each claim and what it is held against."""
    level = released.settings.analysis.ci_level
    return {
        "ci_level": level,
        "claims": [_claim(released, key, claim) for key, claim in released.claims.items()],
    }


def _asked_of(released: Released, base: str) -> list[str]:
    """Name what a base asks: its variables, with the answers where one is not simply the counted one."""
    asked = []
    for name, codes in conditions_of(released.settings.bases, base).items():
        values = {code_text(code): text for code, text in released.values(name).items()}
        wanted = [code_text(code) for code in codes]
        label = released.in_text(released.label(name))
        answers = [released.in_text(values[code]) for code in wanted if code in values]
        counted = wanted == [released.counted(name)] or not answers
        asked.append(label if counted else f"{label}: {sentence_list(answers, 'or')}")
    return asked


def _claim(released: Released, key: str, claim: AnyClaim) -> Facts:
    by = claim.by
    groups = released.settings.groups
    group = groups[by].label if by in groups else by or ""
    return {
        **plain(claim),
        "claimed": claim,
        "between": between(released, claim),
        "upper_threshold": claim.upper_threshold,
        "key": key if coded(released) else "",
        "people_in": released.settings.people_in(claim.base),
        "everybody": "all who were eligible"
        if released.silent_known
        else f"all {released.vocabulary.people.many}",
        "asked_of": _asked_of(released, claim.base),
        "variable": released.in_text(released.label(claim.variable)),
        "over": released.in_text(released.label(claim.divisor)) if claim.divisor else "",
        "before": released.in_text(released.label(claim.before)) if claim.before else "",
        **_modelled(released, claim),
        "others": claim.sensitivity_thresholds,
        "deciding_level": claim.deciding_level(released.settings.analysis.ci_level),
        "by": released.in_text(group),
    }


_MODELS = {"logistic": "logistic", "ordinal": "proportional-odds", "linear": "linear"}


def _modelled(released: Released, claim: AnyClaim) -> Facts:
    """Tell of an association which model it is of, and what of it."""
    if not isinstance(claim, AssociationClaim):
        return {}
    model = next(one for one in released.settings.analysis.models if claim.of(one))
    values = {code_text(code): text for code, text in released.values(claim.term).items()}
    against = model.reference.get(claim.term)
    if against is None and len(values) == 2:
        against = next((code for code in values if code != code_text(claim.level)), None)
    others = [name for name in model.predictors if name != claim.term]

    def said(code: object) -> str:
        return released.in_text(values.get(code_text(code), str(code)))

    return {
        "model_called": _MODELS[claim.model],
        "predictor": released.in_text(released.label(claim.term)),
        "at": "" if claim.level is None else said(claim.level),
        "against": "" if against is None else said(against),
        "beside": [released.in_text(released.label(name)) for name in others],
    }
