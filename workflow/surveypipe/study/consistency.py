"""Checks of a study's configuration: its parts against each other and against the codebook."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from surveypipe.study.bases import ANSWERED, EVERYBODY
from surveypipe.study.checks import nearest
from surveypipe.study.claim_problems import claim_problems
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.design_problems import design_problems
from surveypipe.study.joint import cell_problems, told_together
from surveypipe.study.margins import margin_problems
from surveypipe.study.number_problems import number_problems
from surveypipe.study.population import group_problems, population_problems
from surveypipe.study.rehearsal_problems import rehearsal_problems
from surveypipe.study.scenario_problems import scenario_problems
from surveypipe.study.settings import Configuration
from surveypipe.study.weighting import Making


def registered(module: str, decorator: str) -> list[str]:
    """List the names under which functions of a module of this library are registered.

    The source is read and not imported, because the configuration is checked before every run and the
    statistics are slow to import.

    Parameters
    ----------
    module
        Name of the module within the library, for example ``weighting.methods``.
    decorator
        Decorator whose first argument is the name, for example ``method`` in ``@method("rake")``.
    """
    path = Path(__file__).parents[1].joinpath(*module.split(".")).with_suffix(".py")
    source = path.read_text(encoding="utf-8")
    return [
        mark.args[0].value
        for node in ast.parse(source).body
        for mark in getattr(node, "decorator_list", [])
        if isinstance(mark, ast.Call)
        and getattr(mark.func, "id", "") == decorator
        and isinstance(mark.args[0], ast.Constant)
        and isinstance(mark.args[0].value, str)
    ]


def numeric_frame_variables(config: Configuration) -> list[str]:
    """List the columns of the staff list that hold numbers.

    Those that ``frame.numeric`` names, the base weights, and what the schemes calibrate to as numbers.
    """
    names = [*config.frame.numeric, *config.design.numbers]
    for scheme in config.weighting.schemes.values():
        for step in scheme.parts():
            names += step.numeric or ()
    return list(dict.fromkeys(names))


def known_variables(config: Configuration, codebook: CodebookFile) -> list[str]:
    """List every variable that an analysis may name: questionnaire, frame, scales and recodes."""
    derived = [made.variable for made in (*config.cleaning.scales, *config.cleaning.recodes)]
    return list(codebook.variables) + config.frame.variables + derived


def consistency_problems(config: Configuration, codebook: CodebookFile, name: str) -> list[str]:
    """Say in words where parts of a valid configuration contradict each other or the codebook.

    Parameters
    ----------
    config, codebook
        What the two files say.
    name
        What to call the configuration in the messages.

    Returns
    -------
    list of str
        One sentence for each contradiction; empty if there is none.
    """
    return [
        f"{name}: {sentence}"
        for sentence in [
            *_period_problems(config),
            *_scheme_problems(config),
            *_variable_problems(config, known_variables(config, codebook)),
            *population_problems(config),
            *design_problems(config, codebook),
            *margin_problems(config, codebook),
            *cell_problems(config, codebook),
            *_frame_problems(config),
            *group_problems(config, codebook),
            *_number_problems(config),
            *_reserved_problems(config),
            *claim_problems(config),
            *number_problems(config, codebook),
            *rehearsal_problems(config, codebook),
            *scenario_problems(config, codebook),
            *_further_problems(config),
            *_disclosure_problems(config),
        ]
    ]


def _period_problems(config: Configuration) -> list[str]:
    found = config.study.field_period
    if found is None:
        return []
    try:
        first, last = date.fromisoformat(found.first), date.fromisoformat(found.last)
    except ValueError as error:
        return [f"study.field_period: there is no such day ({error}); write YYYY-MM-DD."]
    if first > last:
        return [
            f"study.field_period: the last day, {last}, lies before the first, {first}; change one of them."
        ]
    return []


RESERVED_BASES = {EVERYBODY: "everybody eligible", ANSWERED: "whoever answered a question"}
NEEDS = {
    "poststratify": "by",
    "rake": "margins",
    "calibrate": "margins",
    "ridge": "margins",
    "propensity": "predictors",
    "cross_fitted": "predictors",
    "doubly_robust": "predictors",
    "compose": "steps",
}


def _scheme_problems(config: Configuration) -> list[str]:
    weighting = config.weighting
    schemes = list(weighting.schemes)
    roles = {"primary": weighting.primary, "fallback": weighting.fallback or weighting.primary}
    found = [
        f"weighting.{role}: unknown scheme {named!r}{nearest(named, schemes)}; "
        f"the schemes are {', '.join(schemes)}."
        for role, named in roles.items()
        if named not in schemes and (role == "primary" or weighting.fallback)
    ]
    methods = registered("weighting.methods", "method")
    for key, scheme in weighting.schemes.items():
        if scheme.method not in methods:
            found.append(
                f"weighting.schemes.{key}.method: {scheme.method!r} is not one of {', '.join(methods)}"
                f"{nearest(scheme.method, methods)}."
            )
        need = NEEDS.get(scheme.method)
        if need and getattr(scheme, need) is None:
            found.append(f"weighting.schemes.{key}: the method {scheme.method!r} needs the key {need!r}.")
    return found


def _named_variables(config: Configuration) -> Iterable[tuple[str, str]]:
    yield from _named_in_cleaning(config)
    yield from _named_in_analysis(config)
    for key, claim in config.claims.items():
        yield from ((f"claims.{key}", name) for name in claim.variables)
        yield from ((f"claims.{key}.secondary", item) for item in claim.secondary)
        yield from ((f"claims.{key}.alternatives", item) for item in claim.alternatives)
    for base, conditions in config.bases.items():
        yield from ((f"bases.{base}", name) for name in conditions)
    if config.sensitivity.scenario:
        yield "sensitivity.scenario.variable", config.sensitivity.scenario.variable


def _named_in_cleaning(config: Configuration) -> Iterable[tuple[str, str]]:
    for item in config.cleaning.reverse:
        yield "cleaning.reverse", item
    for scale in config.cleaning.scales:
        yield from ((f"cleaning.scales.{scale.variable}", item) for item in scale.items)
    for recode in config.cleaning.recodes:
        yield from ((f"cleaning.recodes.{recode.variable}", item) for item in recode.sources)


def _named_in_analysis(config: Configuration) -> Iterable[tuple[str, str]]:
    analysis = config.analysis
    yield from (("analysis.characteristics", item) for item in analysis.characteristics)
    yield from (("analysis.items", item) for item in analysis.items)
    yield from (("analysis.totals", item) for item in analysis.totals)
    yield from (("analysis.bins", item) for item in analysis.bins)
    yield from (("analysis.tests", test.variable) for test in analysis.tests)
    yield from (("analysis.compare", group) for group in analysis.compare)
    yield from (("analysis.further_tests", test.variable) for test in analysis.further_tests)
    for model in analysis.models:
        where = f"analysis.models, {model.outcome}"
        yield from ((where, name) for name in [model.outcome, *model.predictors])
    if analysis.imputation:
        yield from (("analysis.imputation.single", item) for item in analysis.imputation.single)
        yield from (("analysis.imputation.auxiliaries", item) for item in analysis.imputation.auxiliaries)
    if analysis.agreement:
        yield from (("analysis.agreement.questions", item) for item in analysis.agreement.questions)


def _variable_problems(config: Configuration, known: list[str]) -> list[str]:
    return [
        f"{where}: unknown variable {item!r}{nearest(item, known)}; it is neither in the codebook nor a "
        "scale, a recode or a column of the frame."
        for where, item in _named_variables(config)
        if item not in known
    ]


def _named_in_scheme(scheme: Making) -> list[str]:
    collapse = scheme.collapse.variables if scheme.collapse else []
    return [*(scheme.by or ()), *(scheme.margins or ()), *(scheme.predictors or ()), *collapse]


def _frame_problems(config: Configuration) -> list[str]:
    known, frame, found = [*config.frame.variables, *config.frame.margins], config.frame, []
    for key, scheme in config.weighting.schemes.items():
        found += [
            f"weighting.schemes.{key}: {item!r} is not a variable of the frame{nearest(item, known)}; "
            "weights can use only what is known of everybody on the staff list."
            for item in _named_in_scheme(scheme)
            if item not in known
        ]
    if frame.margins and config.population != "list":
        found += [
            f"weighting.schemes.{key}: how many people there are by {' and '.join(step.by)} together is not "
            "known, only by each of them; name a CSV of headcounts under inputs.counts, or rake to the "
            "margins."
            for key, scheme in config.weighting.schemes.items()
            for step in scheme.parts()
            if step.by and len(step.by) > 1 and not told_together(step.by, frame.cells)
        ]
    if config.response.dispositions and "outcome" not in frame.columns:
        found.append(
            "frame.columns: name the column with the outcome of contact under 'outcome'; without it "
            "response.dispositions would be passed over and everybody silent would count as eligible."
        )
    return found


def _number_problems(config: Configuration) -> list[str]:
    """Say where a column of the staff list is taken for numbers and for categories, or is not there."""
    frame, weighting, columns = config.frame, config.weighting, list(config.frame.columns)
    numbers = numeric_frame_variables(config)
    named = [("frame.numeric", name) for name in frame.numeric]
    named += [("frame.categorical", name) for name in frame.categorical]
    if config.population == "list":
        named += [("design", name) for name in config.design.numbers]
    parts = [("frame.categorical", name) for name in frame.categorical]
    for key, scheme in weighting.schemes.items():
        where = f"weighting.schemes.{key}"
        for step in scheme.parts():
            named += [(f"{where}.numeric", name) for name in step.numeric or ()]
            within = [step.collapse.within] if step.collapse and step.collapse.within else []
            parts += [(where, name) for name in (*(step.by or ()), *(step.margins or ()), *within)]
    parts += [("groups", name) for name in config.groups]
    parts += [("frame.recodes", recode.from_) for recode in frame.recodes]
    if weighting.unknown_eligibility:
        parts += [("weighting.unknown_eligibility", name) for name in weighting.unknown_eligibility.by]
    parts += [("nonresponse.auxiliaries", name) for name in config.nonresponse.auxiliaries or ()]
    absent = [
        f"{where}: {name!r} is not among frame.columns{nearest(name, columns)}; name the column of the "
        "staff list there."
        for where, name in dict.fromkeys(named)
        if name not in columns
    ]
    both = [
        f"{where}: {name!r} is read as a number (frame.numeric, design or a scheme's `numeric`), and "
        "categories are wanted here; add a column of bands to the staff list."
        for where, name in dict.fromkeys(parts)
        if name in numbers
    ]
    return absent + both


def _reserved_problems(config: Configuration) -> list[str]:
    """Say where a name of the study is one that the tables use for something else."""
    found = [
        f"bases.{base}: the tables call {meaning} {base!r}; give this base another name."
        for base, meaning in RESERVED_BASES.items()
        if base in config.bases
    ]
    if "overall" in config.groups:
        found.append(
            "groups.overall: the tables call all staff together 'overall'; give this variable another name "
            "under frame.columns."
        )
    unweighted = config.weighting.schemes.get("none")
    if unweighted is not None and unweighted.method != "none":
        found.append(
            "weighting.schemes.none: tables call what is not weighted 'none'; give this scheme another name."
        )
    if not any(scheme.method == "none" for scheme in config.weighting.schemes.values()):
        found.append(
            "weighting.schemes: none of them has the method 'none'; add one, such as `raw: {label: "
            "Unweighted, method: none}`. Disclosure control works out from it which counts can be told."
        )
    return found


def _further_problems(config: Configuration) -> list[str]:
    analysis = config.analysis
    scales = [scale.variable for scale in config.cleaning.scales]
    named = {"reliability": analysis.reliability, "imputation": analysis.imputation}
    found = [
        f"analysis.{key}.scales: {name!r} is not a scale of cleaning.scales{nearest(name, scales)}."
        for key, asked in named.items()
        for name in (asked.scales if asked else ())
        if name not in scales
    ]
    tests = registered("estimation.named_tests", "named_test")
    found += [
        f"analysis.further_tests, {one.variable}: {one.test!r} is not one of {', '.join(tests)}"
        f"{nearest(one.test, tests)}."
        for one in analysis.further_tests
        if one.test not in tests
    ]
    if config.inputs.codes and analysis.agreement is None:
        found.append(
            "inputs.codes names a file of codes; add analysis.agreement with the code list of each question."
        )
    return found + _model_problems(config)


def _model_problems(config: Configuration) -> list[str]:
    found, seen = [], set()
    for model in config.analysis.models:
        pair = (model.outcome, model.kind)
        if pair in seen:
            found.append(
                f"analysis.models: two {model.kind} models of {model.outcome!r}; their rows could not "
                "be told apart. Keep one, or give the second a derived outcome of its own."
            )
        seen.add(pair)
        found += [
            f"analysis.models, {model.outcome}: reference names {name!r}, which is not a predictor of it."
            for name in model.reference
            if name not in model.predictors
        ]
    return found


def _disclosure_problems(config: Configuration) -> list[str]:
    """Say which thresholds stand beside a preset that hides nothing."""
    given = [name for name in ("min_base", "min_cell", "min_population") if getattr(config.disclosure, name)]
    if config.disclosure.preset != "open" or not given:
        return []
    named = " and ".join(given)
    return [f"disclosure: 'open' hides nothing, whatever {named} says; take that out, or the preset."]
