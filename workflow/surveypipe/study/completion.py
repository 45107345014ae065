"""From what a configuration says to a whole one: what is left out follows from the files and the codebook."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase

import msgspec

from surveypipe.formatting import sentence_list
from surveypipe.study.analysis import Analysis, Comparison, Family, Fpc, Multiplicity
from surveypipe.study.cleaning import Blank, Cleaning, Duplicate, Range, Skip
from surveypipe.study.codebook_file import CodebookFile, Column
from surveypipe.study.design import kind_of
from surveypipe.study.frame import EVERYBODY, Frame, Group, Population
from surveypipe.study.item_types import ITEM_TYPES
from surveypipe.study.joint import cells_in_codes, margins_of
from surveypipe.study.margins import answers_of, in_codes, population_size
from surveypipe.study.response import Response
from surveypipe.study.settings import Configuration
from surveypipe.study.units import with_unit
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.study.weighting import Collapse, Scheme, Weighting

UNWEIGHTED, BY_GROUP, BY_DESIGN, BY_MARGINS, BY_CELLS = "none", "by_group", "design", "margins", "cells"
# Fewest respondents in a cell of the weighting that a study gets which names none.
FEWEST_IN_CELL = 10
# Tests of everything between groups look for what there is, and are adjusted as such.
ALL_COMPARED = Family(
    label="all questions between groups", method="bh", statistics=("rao_scott", "t_test", "rank_test")
)
replace = msgspec.structs.replace


def completed(config: Configuration, codebook: CodebookFile) -> Configuration:
    """Complete a configuration, so that every stage finds all that it asks for.

    Parameters
    ----------
    config
        As the file says it.
    codebook
        What the columns of the survey mean; the roles of its columns and the answers of its questions stand
        in for what the configuration leaves out.

    Returns
    -------
    Configuration
        What was said stays as it is. Without a list the frame is made of the records, or of the headcounts;
        without a group everybody is one (:data:`surveypipe.study.frame.EVERYBODY`).
    """
    known = population_of(config)
    config = _design(config, known, codebook)
    groups = {name: _group(name, group, codebook) for name, group in config.groups.items()}
    people = config.vocabulary.people.many
    claims = {
        key: with_unit(claim, config.cleaning, codebook, people) for key, claim in config.claims.items()
    }
    config = replace(config, population=known, groups=groups, claims=claims)
    config = replace(config, frame=_frame(config, codebook))
    return replace(
        config,
        cleaning=_cleaning(config),
        response=_response(config.response, codebook),
        weighting=_weighting(config, codebook),
        vocabulary=_vocabulary(config.vocabulary, known),
        analysis=_analysis(config, codebook),
    )


def population_of(config: Configuration) -> Population:
    """Say what is known of those who were asked; without a word, from the files that are named."""
    if config.population is not None:
        return config.population
    if config.inputs.staff_list:
        return "list"
    frame = config.frame
    known = config.inputs.counts or frame.cells or population_size(frame) is not None
    return "counts" if known else "none"


def _design(config: Configuration, known: Population, codebook: CodebookFile) -> Configuration:
    """Say how the respondents came, and call control totals by the codes of the questionnaire."""
    design = replace(config.design, kind=kind_of(config.design, known))
    final = design.final
    if final is None:
        final = design.drawn and known == "none" and not config.frame.margins
    given = design.replicates
    if given is not None and isinstance(given.columns, str):
        found = tuple(name for name in codebook.variables if fnmatchcase(name, given.columns))
        given = replace(given, columns=found or (given.columns,))
    cells = cells_in_codes(config.frame.cells, codebook)
    margins = margins_of(cells) | in_codes(config.frame.margins, codebook)
    frame = replace(config.frame, margins=margins, cells=cells)
    return replace(config, frame=frame, design=replace(design, final=final, replicates=given))


def _group(name: str, group: Group, codebook: CodebookFile) -> Group:
    """Give a group that is a question the codebook's label and answers; another, its name as a label."""
    column = codebook.variables.get(name)
    if column is None:
        return replace(group, label=group.label or name.replace("_", " ").capitalize())
    levels = answers_of(column, codebook)
    return replace(group, label=group.label or column.label, levels=group.levels or levels)


def _frame(config: Configuration, codebook: CodebookFile) -> Frame:
    frame = config.frame
    identifier = next((name for name, about in codebook.variables.items() if about.role == "id"), "")
    listed = [*frame.columns, *(recode.variable for recode in frame.recodes)]
    # What is made of answers is known of those who answered, and of nobody else.
    told = [name for name in config.groups if name in codebook.variables]
    if config.population == "list":
        told = [name for name in config.groups if name in listed]
    elif config.inputs.counts:
        told = [name for name in told if name in frame.columns] or told
    columns = frame.columns
    if config.inputs.counts:
        # Groups come first, since the first is the one by which results are shown.
        columns = {name: name for name in dict.fromkeys([*told, *frame.columns, *_weighted_by(config)])}
    if frame.margins and config.population != "list":
        columns = {name: name for name in (*frame.margins, *frame.totals)}
    return replace(
        frame,
        columns=columns,
        survey_id=frame.survey_id or identifier,
        group=frame.group or next(iter(told), EVERYBODY),
        # Records and headcounts hold nobody who might not have been asked.
        verified=frame.verified or config.population != "list",
    )


def _weighted_by(config: Configuration) -> list[str]:
    return [
        name
        for scheme in config.weighting.schemes.values()
        for step in scheme.parts()
        for name in (*(step.by or ()), *(step.margins or ()), *(step.predictors or ()))
    ]


def _cleaning(config: Configuration) -> Cleaning:
    cleaning = config.cleaning
    # Where nothing is known of a population, no record can lie outside it.
    if cleaning.rules != Cleaning().rules or config.population != "none" or config.frame.margins:
        return cleaning
    return replace(cleaning, rules=(Blank(), Duplicate(), Range(), Skip()))


def _response(response: Response, codebook: CodebookFile) -> Response:
    """Where no question is said to count, whoever answered any has answered."""
    if any(about.core for about in codebook.variables.values()):
        return response
    return replace(response, partial_from=0.0, complete_from=0.0)


def _vocabulary(words: Vocabulary, known: Population) -> Vocabulary:
    """Call headcounts what they are, where the study does not say what its list is called."""
    unsaid = known == "counts" and words.list == Vocabulary().list
    return replace(words, list="table of headcounts") if unsaid else words


def _weighting(config: Configuration, codebook: CodebookFile) -> Weighting:
    weighting = config.weighting
    if weighting.schemes:
        return replace(weighting, primary=weighting.primary or list(weighting.schemes)[-1])
    schemes: dict[str, Scheme] = {UNWEIGHTED: Scheme(label="Unweighted", method="none")}
    design = config.design
    if design.drawn:
        schemes[BY_DESIGN] = Scheme(label="Design weights", method="design")
    if not design.final:
        schemes |= _adjusted(config, codebook)
    return replace(weighting, schemes=schemes, primary=weighting.primary or list(schemes)[-1])


def _adjusted(config: Configuration, codebook: CodebookFile) -> dict[str, Scheme]:
    """Make the schemes that follow from what is known of everybody."""
    frame, schemes = config.frame, dict[str, Scheme]()
    group, crossed = frame.group, tuple(margins_of(frame.cells))
    collapse = Collapse(min_n=FEWEST_IN_CELL)
    if crossed:
        schemes[BY_CELLS] = Scheme(
            label="Post-stratified to the headcounts", method="poststratify", by=crossed, collapse=collapse
        )
    if set(frame.margins) - set(crossed):
        # Raked to a single margin, weights are post-stratified.
        one = _named(config, frame.margins, codebook) if len(frame.margins) == 1 else ""
        label = f"Post-stratified by {config.study.in_text(one)}" if one else "Raked to the margins"
        schemes[BY_MARGINS] = Scheme(label=label, method="rake", margins=tuple(frame.margins))
    elif not crossed and config.population != "none" and group != EVERYBODY and group in frame.variables:
        by = (group, *_counted_beside(config))
        several = len(by) > 1
        schemes[BY_CELLS if several else BY_GROUP] = Scheme(
            label=_named(config, by, codebook),
            method="poststratify",
            by=by,
            collapse=replace(collapse, within=group) if several else collapse,
        )
    return schemes


def _counted_beside(config: Configuration) -> list[str]:
    """List what else the headcounts tell of everybody; a list may hold more than weights can be made by."""
    group = config.frame.group
    return [name for name in config.frame.columns if name != group] if config.inputs.counts else []


def _named(config: Configuration, by: Collection[str], codebook: CodebookFile) -> str:
    """Name what weights are made by, as the title of a scheme: ``Year and sex``."""
    labels = []
    for name in by:
        # A group that is not described is told by the checks that follow.
        group, column = config.groups.get(name), codebook.variables.get(name)
        labels.append((group.label if group else "") or (column.label if column else "") or name.capitalize())
    return sentence_list([labels[0], *(config.study.in_text(label) for label in labels[1:])])


def _analysis(config: Configuration, codebook: CodebookFile) -> Analysis:
    analysis = config.analysis
    known = config.frame.variables
    told = (*config.groups, *config.frame.margins, *_counted_beside(config))
    census = config.design.kind == "census" and config.population != "none"
    corrected = census or (config.design.kind == "sample" and config.design.fpc)
    fpc = analysis.fpc if corrected else Fpc(descriptive=False, tests=False)
    # What people are counted by is no answer: Table 1 sets it beside all who were eligible.
    counted = config.frame.columns if config.inputs.counts else ()
    items = analysis.items or tuple(estimated(codebook.variables, [*drawn_by(config, codebook), *counted]))
    return replace(
        analysis,
        fpc=fpc,
        tests=_tests(config, items, codebook),
        multiplicity=analysis.multiplicity
        or (Multiplicity(families=(ALL_COMPARED,)) if analysis.compare else None),
        # What is known of everybody, to set those who answered beside it; all else stands among the answers.
        characteristics=analysis.characteristics
        or tuple(dict.fromkeys(name for name in told if name in known)),
        items=items,
    )


def _tests(config: Configuration, items: Collection[str], codebook: CodebookFile) -> tuple[Comparison, ...]:
    """Give the comparisons that are named, then that of every item between the groups to compare.

    One group alone, or a question with one answer, has nothing to compare, nor what a group is made of.
    """
    named = {(test.variable, test.between) for test in config.analysis.tests}
    several = [
        group
        for group in config.analysis.compare
        if group not in config.groups or len(config.groups[group].levels) > 1
    ]
    alike = {name for name, about in codebook.variables.items() if len(answers_of(about, codebook)) == 1}
    made_of = {made.variable: set(made.sources) for made in config.cleaning.recodes}
    every = [
        (item, group)
        for group in several
        for item in items
        if item not in {group, *alike, *made_of.get(group, ())}
    ]
    found = [Comparison(variable=item, between=group) for item, group in every if (item, group) not in named]
    return (*config.analysis.tests, *found)


def drawn_by(config: Configuration, codebook: CodebookFile) -> list[str]:
    """List the columns of the survey that say how respondents were drawn and are no questions.

    A stratum is something known of people, such as a kind of school, and may be shown; not a number of one.
    """
    design, given = config.design, config.design.replicates
    about = codebook.variables.get(design.strata or "")
    numbered = [design.strata] if about and design.strata and not ITEM_TYPES[about.type].listed else []
    return [*design.numbers, *design.clusters, *numbered, *(given.columns if given else ())]


def estimated(columns: Mapping[str, Column], left_out: Collection[str] = ()) -> list[str]:
    """List the questions of which something can be estimated, in the order of the questionnaire."""
    return [
        name
        for name, about in columns.items()
        if about.role in ("question", "admin") and ITEM_TYPES[about.type].estimated and name not in left_out
    ]
