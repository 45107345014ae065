"""Which parts of a report a study has: computed once, from its configuration and its released tables.

A text says under which part something stands (:mod:`surveypipe.rendering.parts`). A part whose table would be
empty is absent, so that no document asks for it. What computes parts is imported where it is asked: a render
wants their names only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from surveypipe.reporting.names import TABLES
from surveypipe.study.changing import ChangeClaim
from surveypipe.study.vocabulary import Vocabulary

if TYPE_CHECKING:
    from surveypipe.reporting.released import Released

# Ratings of which one figure can be read; the answers to more stand block by block in the supplement.
ON_A_PAGE = 40
# Parts that a table stands for: each is there where the table has rows.
BY_TABLE: dict[str, str] = {
    "characteristics": "table_1",
    "rates": "response",
    "scales": "scales",
    "tests": "tests",
    "models": "models",
    "reliability": "reliability",
    "imputation": "imputation",
    "multiplicity": "multiplicity",
    "coded_answers": "open_answers",
    "nonresponse": "nrba_response",
    "waves": "nrba_waves",
    "multiverse": "multiverse",
    "not_at_random": "not_at_random",
    "level_contrast": "level_contrast",
}


def _claims(released: Released) -> bool:
    return bool(released.claim_rows())


def _scenario(released: Released) -> bool:
    return _claims(released) and released.silent_known and released.settings.sensitivity.scenario is not None


def _method(released: Released) -> str:
    """Name the way in which the primary weights are made."""
    return released.settings.weighting.schemes[released.primary].method


def _cells(released: Released) -> bool:
    """Whether the primary weights are made in cells of those who were asked."""
    from surveypipe.reporting.wording.primary import in_cells

    return in_cells(released) and released.population != "none" and not released.table("weight_cells").empty


def _rated(released: Released) -> int:
    return sum(len(battery.items) for battery in released.batteries())


def _ratings_at_a_glance(released: Released) -> bool:
    """Whether ratings fit one figure, which shows what the figures of the answers do not."""
    from surveypipe.reporting.wording.answers import figures_in_article

    shown = not released.levels and figures_in_article(released)
    return 0 < _rated(released) <= ON_A_PAGE and not shown


def _explorer(released: Released) -> bool:
    from surveypipe.reporting.explorer import has_explorer

    return has_explorer(released)


def _worded(released: Released) -> bool:
    """Whether the codebook gives the wording of a question."""
    from surveypipe.reporting.tables.questionnaire import worded

    return bool(worded(released))


def _public_data(released: Released) -> bool:
    from surveypipe.disclosure.rules import rules_of

    return not rules_of(released.settings.disclosure).audited


def _sections(released: Released) -> bool:
    from surveypipe.reporting.answer_blocks import of_variables

    return len({one.section for one in of_variables(released.variables)}) > 1


def _several_known(released: Released) -> bool:
    """Whether more than one thing is known of those who did not answer."""
    from surveypipe.reporting.lookups import rows_of

    return len(rows_of(released.table("nonresponse"), step="response_model", measure="wald_test")) > 1


def _imputed_beside(released: Released) -> bool:
    from surveypipe.reporting.tables.assumptions import imputed_beside

    return imputed_beside(released)


# Parts that the configuration and the released tables tell.
BY_STUDY: dict[str, Callable[[Released], bool]] = {
    "list": lambda released: released.population == "list",
    # Cells of a sample or of margins count nobody who was asked; other weights have none of their own.
    "cells": _cells,
    "counts": lambda released: released.population == "counts",
    "groups": lambda released: bool(released.levels),
    "several_groups": lambda released: bool(released.levels) and len(released.settings.groups) > 1,
    # Whether anything is told of a part of the people: a comparison, or a model of what goes with what.
    "subgroups": lambda released: bool(
        released.levels or released.settings.analysis.tests or released.settings.analysis.models
    ),
    "weights": lambda released: released.weighted,
    "adjusted": lambda released: released.weighted and _method(released) != "design",
    "drawn": lambda released: released.settings.design.drawn,
    "replicated": lambda released: released.settings.design.kind == "replicates",
    "schemes": lambda released: len(released.schemes) > 1,
    "claims": _claims,
    # Answers of an earlier wave, which a claim sets beside those of this one.
    "changes": lambda released: any(isinstance(one, ChangeClaim) for one in released.claims.values()),
    "several_claims": lambda released: len(released.claims) > 1,
    "claims_by_group": lambda released: any(row["group_level"] for row in released.claim_rows()),
    "scenario": _scenario,
    "explorer": _explorer,
    "batteries": lambda released: bool(released.batteries()),
    "batteries_on_a_page": _ratings_at_a_glance,
    "follow_up": lambda released: not released.table("follow_up_check").empty,
    "field_period": lambda released: released.settings.study.field_period is not None,
    "follows": lambda released: released.settings.study.follows is not None,
    "silent_known": lambda released: released.silent_known,
    "worded": _worded,
    "marking": lambda released: any(rule.action == "flag" for rule in released.settings.cleaning.rules),
    "public_data": _public_data,
    # Checklists and sentences about questionnaires on the web, and about data of which nobody was asked.
    "web": lambda released: released.settings.study.mode in ("web", "mixed"),
    "recorded": lambda released: released.settings.study.recorded,
    "asked": lambda released: not released.settings.study.recorded,
    "sections": _sections,
    # A selection model is asked for by naming what drives response and not the answer.
    "selection_model": lambda released: bool(released.settings.nonresponse.exclusion),
    "several_known": _several_known,
    "correction": lambda released: released.settings.analysis.fpc.descriptive,
    "imputed_beside": _imputed_beside,
    "counted_otherwise": lambda released: bool(
        (released.table("multiverse")["what"] == "counted otherwise").any()
    ),
    # The word for those who did not answer needs telling where it does not say so itself.
    "silent_named": lambda released: released.vocabulary.silent == Vocabulary().silent,
    "simulated": lambda released: released.settings.study.data == "simulated",
}


def table_part(name: str) -> str:
    """Name the part that is there where a table has rows: ``table-nrba-waves``."""
    return f"table-{name.replace('_', '-')}"


def known_parts() -> frozenset[str]:
    """Give every name that a text may ask for."""
    return frozenset({*BY_STUDY, *BY_TABLE, *map(table_part, TABLES)})


def parts_of(released: Released, rows: Mapping[str, Collection[object]]) -> frozenset[str]:
    """Find the parts that a study has.

    Parameters
    ----------
    released
        The released tables.
    rows
        Rows of each table that was made, by its name.
    """
    filled = {name for name, found in rows.items() if found}
    made = {name for name, holds in BY_STUDY.items() if holds(released)}
    made |= {name for name, table in BY_TABLE.items() if table in filled}
    return frozenset(made | {table_part(name) for name in filled})
