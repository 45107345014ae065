"""The text of a preregistration: what is planned, in the words of the methods section.

The headings are those of OSF's preregistration form, in its order (Bowman et al. 2016, OSF Prereg Template,
doi:10.31222/osf.io/epgjd). Nothing of it comes from an answer: the tables that the methods look into are
empty (:mod:`surveypipe.reporting.planned`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from surveypipe.formatting import escape, period
from surveypipe.reporting.cells import code_text
from surveypipe.reporting.claim_names import coded
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.questionnaire import answers_to, asked, put_to
from surveypipe.reporting.wording import choices, methods, plan
from surveypipe.sealing.deciding import CODEBOOK, Plan
from surveypipe.sealing.standing import Standing
from surveypipe.study.analysis import Comparison, FurtherTest
from surveypipe.study.base import plain
from surveypipe.study.claims import AnyClaim
from surveypipe.study.cleaning import AnyRule, FrameMismatch, Late, StraightLining
from surveypipe.study.item_types import type_of
from surveypipe.study.weighting import Scheme
from surveypipe.wording import Markdown, Wording

Facts = dict[str, Any]
# Characters to a line of the settings: what a page of a Word file holds in letters of one width.
WIDTH = 74


def text(released: Released, words: Wording, settings: Plan, standing: Standing, lock: str = "") -> str:
    """Write a registration as Markdown.

    Parameters
    ----------
    released
        The study as it is planned (:func:`surveypipe.reporting.planned.planned`).
    words
        Templates.
    settings
        All that decides, which ends the text.
    standing
        How the configuration stands to its sealed plan.
    lock
        Checksum of the sealed plan; '' where none is sealed.

    Returns
    -------
    str
        Markdown with citations, from the first heading on.
    """
    said = methods.paragraphs(released, words, None, standing)
    facts = methods.study(released) | {
        "methods": said,
        "plan": plan.facts(standing),
        "lock": lock,
        **_study(released),
        **_measured(released),
        **_analysed(released),
    }
    decides = {name: value for name, value in settings.text.items() if name != CODEBOOK}
    listed = yaml.safe_dump(
        decides, allow_unicode=True, sort_keys=False, default_flow_style=None, width=WIDTH
    )
    return f"{words.say('registration/text', **facts)}\n\n```\n{listed}```\n"


def _study(released: Released) -> Facts:
    about = released.settings.study
    return {
        "setting": about.setting,
        "mode": about.mode,
        "field_period": about.field_period,
        "rehearsed": about.rehearsed,
        "levels": [released.in_text(label) for label in released.levels.values()],
        "grouped_by": released.in_text(released.label(released.group)) if released.levels else "",
        "hypotheses": [_hypothesis(released, key, claim) for key, claim in released.claims.items()],
    }


def _hypothesis(released: Released, key: str, claim: AnyClaim) -> Facts:
    """Tell of a claim what its sentence in the methods leaves out."""
    values = {code_text(code): label for code, label in released.values(claim.variable).items()}
    more: Facts = {
        "counted": "" if claim.counted is None else values.get(code_text(claim.counted), ""),
        "alternatives": _labels(released, getattr(claim, "alternatives", ())),
        "secondary": _labels(released, claim.secondary),
    }
    return {
        "key": key if coded(released) else "",
        "short": claim.short,
        "told": any(more.values()),
        **more,
    }


def _labels(released: Released, names: Iterable[str]) -> list[Markdown]:
    return [_label(released, name) for name in names]


def _label(released: Released, name: str) -> Markdown:
    return Markdown(f"*{escape(released.in_text(released.label(name)))}*")


def _measured(released: Released) -> Facts:
    """List what is asked, what is made of it, and which records and answers are left out."""
    cleaning = released.settings.cleaning
    made = {one.variable: released.variables[one.variable] for one in (*cleaning.scales, *cleaning.recodes)}
    return {
        "questions": [
            {
                "label": str(entry["label"]),
                "question": str(entry["question"]),
                "answers": Markdown(answers_to(entry, released)),
                "put_to": Markdown(put_to(entry, released)),
            }
            for entry in asked(released)
        ],
        "derived": [
            {
                "label": str(entry["label"]),
                "from": str(entry["derivation"]),
                "items": _labels(released, entry.get("items", ())),
                "bands": list(entry["values"].values()) if type_of(entry).ordered else [],
            }
            for entry in made.values()
        ],
        "reversed_items": _labels(released, cleaning.reverse),
        "exclusions": [_exclusion(released, rule) for rule in choices.could_act(released)],
        "complete_from": released.settings.response.complete_from,
    }


def _exclusion(released: Released, rule: AnyRule) -> Facts:
    made: Facts = {**plain(rule), "type": rule.tag(), "name": rule.name}
    if isinstance(rule, FrameMismatch):
        made["pairs"] = _labels(released, rule.pairs)
    if isinstance(rule, StraightLining):
        batteries = {
            str(entry["battery"]): str(entry["battery_label"]) for entry in released.variables.values()
        }
        made["batteries"] = [
            Markdown(f"*{escape(released.in_text(batteries.get(name) or name))}*") for name in rule.batteries
        ]
    if isinstance(rule, Late):
        made["after"] = period(rule.after, rule.after)
    return made


def _analysed(released: Released) -> Facts:
    """List weights, tests and models one by one."""
    section = released.settings.analysis
    weighting = released.settings.weighting
    families = section.multiplicity.families if section.multiplicity else ()
    return {
        "schemes": [
            _scheme(released, scheme, primary=key == weighting.primary)
            for key, scheme in weighting.schemes.items()
        ],
        "fallback": released.in_text(weighting.schemes[weighting.fallback].label)
        if weighting.fallback
        else "",
        "tests": [_test(released, test) for test in section.tests]
        + [_test(released, test, test.test) for test in section.further_tests],
        "compared": _labels(released, section.compare),
        "models": [
            {
                "kind": model.kind,
                "outcome": _label(released, model.outcome),
                "predictors": _labels(released, model.predictors),
                "references": _references(released, model.reference),
            }
            for model in section.models
        ],
        "families": [{"label": family.label, "method": family.method} for family in families],
        "imputed": section.imputation is not None,
    }


def _test(released: Released, test: Comparison | FurtherTest, named: str = "") -> Facts:
    return {
        "variable": _label(released, test.variable),
        "between": _label(released, test.between),
        "named": Markdown(named),
    }


def _references(released: Released, reference: Mapping[str, Any]) -> list[Markdown]:
    found = []
    for name, code in reference.items():
        values = {code_text(key): label for key, label in released.values(name).items()}
        answer = escape(released.in_text(values.get(code_text(code), str(code))))
        found.append(Markdown(f"'{answer}' to {_label(released, name)}"))
    return found


def _scheme(released: Released, scheme: Scheme, *, primary: bool = False) -> Facts:
    return {
        "label": released.in_text(scheme.label),
        "primary": primary,
        "method": scheme.method,
        "by": _labels(released, scheme.by or scheme.margins or scheme.predictors or ()),
        "collapse": scheme.collapse,
        "within": _label(released, scheme.collapse.within)
        if scheme.collapse and scheme.collapse.within
        else "",
        "trim": scheme.trim is not None,
    }
