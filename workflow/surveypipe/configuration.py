"""Checks of a study's configuration: its form against the schema, and its parts against each other."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any


def schema_problems(value: Any, schema: Mapping[str, Any], name: str) -> list[str]:
    """Say in words where a document departs from its JSON Schema.

    Parameters
    ----------
    value
        The document as read from YAML or JSON.
    schema
        A JSON Schema (draft 2020-12).
    name
        What to call the document in the messages, usually its path.

    Returns
    -------
    list of str
        One sentence for each departure, in the document's order; empty if there is none.
    """
    import jsonschema

    found = jsonschema.Draft202012Validator(schema).iter_errors(value)
    ordered = sorted(found, key=lambda error: [str(part) for part in error.absolute_path])
    return list(dict.fromkeys(_in_words(error, name) for error in ordered))


def _in_words(error: Any, name: str) -> str:
    where = ".".join(str(part) for part in error.absolute_path)
    place = f"{name}: {where}" if where else name
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = [key for key in error.instance if key not in known]
        names = ", ".join(map(repr, unknown)) + _nearest(unknown[0], known)
        return f"{place}: unknown key {names}. Correct or delete it."
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{place}: the key {', '.join(map(repr, missing))} is missing; add it."
    if error.validator == "enum":
        options = ", ".join(map(str, error.validator_value))
        close = _nearest(error.instance, error.validator_value)
        return f"{place}: {error.instance!r} is not one of {options}{close}."
    if error.validator == "type":
        return f"{place}: {_wrong_kind(error.instance, error.validator_value)}"
    if error.validator == "pattern" and error.validator_value in NAME_RULES:
        return f"{place}: {error.instance!r} cannot be used here; {NAME_RULES[error.validator_value]}."
    if error.validator == "anyOf":
        about = error.schema.get("description", "").rstrip(".")
        meaning = about[:1].lower() + about[1:]
        return f"{place}: {error.instance!r} does not fit ({meaning}){_in_quotes(error)}."
    if error.validator in ("minProperties", "minItems"):
        return f"{place}: there should be at least {error.validator_value} of these."
    return f"{place}: {error.message}."


# What the patterns of the schemas ask for.
NAME_RULES = {
    "^[a-z][a-z0-9_]*$": "use small letters, digits and _, beginning with a letter",
    "^[a-z][a-z0-9-]*$": "use small letters, digits and -, beginning with a letter, and no ending like .qmd",
    "^[A-Za-z][A-Za-z0-9_-]*$": "use letters, digits, _ and -, beginning with a letter",
    "^[A-Za-z][A-Za-z0-9_.$#@]*$": "use letters, digits and . _ $ # @, beginning with a letter",
    "^[^/].*[^/]$|^[^/]$": "name a folder inside the project, without / at its beginning or end",
    r"^\d{4}-\d{2}-\d{2}$": "write a day as YYYY-MM-DD, in quotes",
}
KINDS = {
    "object": "a block of keys, indented below it",
    "array": "a list, such as [a, b]",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing (null)",
}


def _wrong_kind(found: Any, wanted: str | list[str]) -> str:
    kinds = [wanted] if isinstance(wanted, str) else wanted
    if found is None:
        return "nothing stands after the colon; fill it in, or delete the key if it is optional."
    if kinds == ["string"] and isinstance(found, bool):
        return f"YAML reads this as {str(found).lower()}; put the word in quotes."
    if kinds == ["string"]:
        return f"{found!r} is read as a number or list; put it in quotes as you mean it."
    return f"{found!r} should be {' or '.join(KINDS[kind] for kind in kinds)}."


def _in_quotes(error: Any) -> str:
    """Advise quotes where YAML has read a word as true or false."""
    found = error.instance.values() if isinstance(error.instance, dict) else [error.instance]
    return "; put Yes and No in quotes" if any(isinstance(value, bool) for value in found) else ""


def _nearest(word: object, known: Iterable[object]) -> str:
    close = difflib.get_close_matches(str(word), [str(item) for item in known], n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""


def registered(module: str, decorator: str) -> list[str]:
    """List the names under which functions of a module of this library are registered.

    The source is read and not imported, because the configuration is checked before every run and the
    statistics are slow to import.

    Parameters
    ----------
    module
        Name of the module within the package.
    decorator
        Decorator whose first argument is the name, for example ``method`` in ``@method("rake")``.
    """
    source = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    return [
        mark.args[0].value
        for node in ast.parse(source).body
        for mark in getattr(node, "decorator_list", [])
        if isinstance(mark, ast.Call)
        and getattr(mark.func, "id", "") == decorator
        and isinstance(mark.args[0], ast.Constant)
        and isinstance(mark.args[0].value, str)
    ]


def frame_variables(config: Mapping[str, Any]) -> list[str]:
    """List the variables known for everybody on the staff list, recodes included."""
    frame = config["frame"]
    return list(frame["columns"]) + [recode["variable"] for recode in frame.get("recodes", [])]


def numeric_frame_variables(config: Mapping[str, Any]) -> list[str]:
    """List the columns of the staff list that hold numbers.

    Those that ``frame.numeric`` names, the base weights, and what the schemes calibrate to as numbers.
    """
    weighting = config["weighting"]
    names = [*config["frame"].get("numeric", []), *filter(None, [weighting.get("base")])]
    for scheme in weighting["schemes"].values():
        for step in [scheme, *scheme.get("steps", [])]:
            names += step.get("numeric", [])
    return list(dict.fromkeys(names))


def known_variables(config: Mapping[str, Any], codebook: Mapping[str, Any]) -> list[str]:
    """List every variable that an analysis may name: questionnaire, frame, scales and recodes."""
    cleaning = config["cleaning"]
    derived = [made["variable"] for made in cleaning.get("scales", []) + cleaning.get("recodes", [])]
    return list(codebook["variables"]) + frame_variables(config) + derived


def consistency_problems(config: Mapping[str, Any], codebook: Mapping[str, Any], name: str) -> list[str]:
    """Say in words where parts of a valid configuration contradict each other or the codebook.

    Parameters
    ----------
    config, codebook
        Documents that already satisfy their schemas.
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
            *_frame_problems(config),
            *_number_problems(config),
            *_claim_problems(config),
            *_further_problems(config),
            *_core_problems(config, codebook),
        ]
    ]


def _period_problems(config: Mapping[str, Any]) -> list[str]:
    found = config["study"].get("field_period")
    if not found:
        return []
    try:
        first, last = (date.fromisoformat(found[key]) for key in ("first", "last"))
    except ValueError as error:
        return [f"study.field_period: there is no such day ({error}); write YYYY-MM-DD."]
    if first > last:
        return [
            f"study.field_period: the last day, {last}, lies before the first, {first}; change one of them."
        ]
    return []


def _core_problems(config: Mapping[str, Any], codebook: Mapping[str, Any]) -> list[str]:
    if any(about.get("core") for about in codebook["variables"].values()):
        return []
    return [
        f"response.core: no variable of {config['inputs']['codebook']} has `core: true`, so every "
        "questionnaire would count as blank; mark the questions that decide whether somebody has answered."
    ]


def _scheme_problems(config: Mapping[str, Any]) -> list[str]:
    weighting = config["weighting"]
    schemes = list(weighting["schemes"])
    found = [
        f"weighting.{role}: unknown scheme {weighting[role]!r}{_nearest(weighting[role], schemes)}; "
        f"the schemes are {', '.join(schemes)}."
        for role in ("primary", "fallback")
        if weighting[role] not in schemes
    ]
    needs = {
        "poststratify": "by",
        "rake": "margins",
        "calibrate": "margins",
        "propensity": "predictors",
        "compose": "steps",
    }
    methods = registered("weighting_methods", "method")
    for key, scheme in weighting["schemes"].items():
        if scheme["method"] not in methods:
            found.append(
                f"weighting.schemes.{key}.method: {scheme['method']!r} is not one of {', '.join(methods)}"
                f"{_nearest(scheme['method'], methods)}."
            )
        need = needs.get(scheme["method"])
        if need and need not in scheme:
            found.append(f"weighting.schemes.{key}: the method {scheme['method']!r} needs the key {need!r}.")
    return found


def _named_variables(config: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    cleaning, analysis = config["cleaning"], config["analysis"]
    for item in cleaning.get("reverse", []):
        yield "cleaning.reverse", item
    for scale in cleaning.get("scales", []):
        yield from ((f"cleaning.scales.{scale['variable']}", item) for item in scale["items"])
    for recode in cleaning.get("recodes", []):
        for key in ("from", "filter", "minuend", "subtrahend"):
            if key in recode:
                yield f"cleaning.recodes.{recode['variable']}.{key}", recode[key]
    for key in ("characteristics", "items"):
        yield from ((f"analysis.{key}", item) for item in analysis[key])
    yield from (("analysis.tests", test["variable"]) for test in analysis["tests"])
    yield from (("analysis.further_tests", test["variable"]) for test in analysis.get("further_tests", []))
    for model in analysis.get("models", []):
        where = f"analysis.models, {model['outcome']}"
        yield from ((where, name) for name in [model["outcome"], *model["predictors"]])
    for key in ("single", "auxiliaries"):
        found = analysis.get("imputation", {}).get(key, [])
        yield from ((f"analysis.imputation.{key}", item) for item in found)
    yield from (
        ("analysis.agreement.questions", item) for item in analysis.get("agreement", {}).get("questions", {})
    )
    for claim, spec in config["claims"].items():
        yield f"claims.{claim}.variable", spec["variable"]
        yield from ((f"claims.{claim}.secondary", item) for item in spec.get("secondary", []))
        yield from ((f"claims.{claim}.alternatives", item) for item in spec.get("alternatives", []))
    yield "sensitivity.reader_variable", config["sensitivity"]["reader_variable"]


def _variable_problems(config: Mapping[str, Any], known: list[str]) -> list[str]:
    return [
        f"{where}: unknown variable {item!r}{_nearest(item, known)}; it is neither in the codebook nor a "
        "scale, a recode or a column of the frame."
        for where, item in _named_variables(config)
        if item not in known
    ]


def _frame_problems(config: Mapping[str, Any]) -> list[str]:
    known, groups = frame_variables(config), list(config["groups"])
    found = []
    for key, scheme in config["weighting"]["schemes"].items():
        collapse = scheme.get("collapse", {})
        named = [*scheme.get("by", []), *scheme.get("margins", []), *scheme.get("predictors", [])]
        named += [collapse["within"]] if collapse else []
        found += [
            f"weighting.schemes.{key}: {item!r} is not a variable of the frame{_nearest(item, known)}; "
            "weights can use only what is known of everybody on the staff list."
            for item in named
            if item not in known
        ]
    if config["frame"]["group"] not in known:
        found.append(
            f"frame.columns: the column of {config['frame']['group']!r}, which frame.group names, is missing."
        )
    if config["response"]["dispositions"] and "outcome" not in config["frame"]["columns"]:
        found.append(
            "frame.columns: name the column with the outcome of contact under 'outcome'; without it "
            "response.dispositions would be passed over and everybody silent would count as eligible."
        )
    wanted = [("frame.group", config["frame"]["group"])]
    for key in ("tests", "further_tests"):
        wanted += [(f"analysis.{key}", test["between"]) for test in config["analysis"].get(key, [])]
    wanted += [(f"claims.{key}.by", spec["by"]) for key, spec in config["claims"].items() if "by" in spec]
    found += [
        f"{where}: {group!r} has no entry under groups{_nearest(group, groups)}."
        for where, group in wanted
        if group not in groups
    ]
    return found


def _number_problems(config: Mapping[str, Any]) -> list[str]:
    """Say where a column of the staff list is taken for numbers and for categories, or is not there."""
    frame, weighting, columns = config["frame"], config["weighting"], list(config["frame"]["columns"])
    numbers = numeric_frame_variables(config)
    named = [("frame.numeric", name) for name in frame.get("numeric", [])]
    named += [("frame.categorical", name) for name in frame.get("categorical", [])]
    named += [("weighting.base", name) for name in filter(None, [weighting.get("base")])]
    parts: list[tuple[str, str]] = [("frame.categorical", name) for name in frame.get("categorical", [])]
    for key, scheme in weighting["schemes"].items():
        where = f"weighting.schemes.{key}"
        for step in [scheme, *scheme.get("steps", [])]:
            named += [(f"{where}.numeric", name) for name in step.get("numeric", [])]
            within = step.get("collapse", {}).get("within")
            levels = [*step.get("by", []), *step.get("margins", []), *filter(None, [within])]
            parts += [(where, name) for name in levels]
    parts += [("groups", name) for name in config["groups"]]
    parts += [("frame.recodes", recode["from"]) for recode in frame.get("recodes", [])]
    parts += [
        ("weighting.unknown_eligibility", n) for n in weighting.get("unknown_eligibility", {}).get("by", [])
    ]
    parts += [("nonresponse.auxiliaries", n) for n in config.get("nonresponse", {}).get("auxiliaries", [])]
    absent = [
        f"{where}: {name!r} is not among frame.columns{_nearest(name, columns)}; name the column of the "
        "staff list there."
        for where, name in dict.fromkeys(named)
        if name not in columns
    ]
    both = [
        f"{where}: {name!r} is read as a number (frame.numeric, weighting.base or a scheme's `numeric`), and "
        "categories are wanted here; add a column of bands to the staff list."
        for where, name in dict.fromkeys(parts)
        if name in numbers
    ]
    return absent + both


def _claim_problems(config: Mapping[str, Any]) -> list[str]:
    needs = {"share": ("level", "threshold", "direction"), "equivalence": ("margin", "range")}
    return [
        f"claims.{key}: a claim of the kind {spec['kind']!r} needs the key {need!r}."
        for key, spec in config["claims"].items()
        for need in needs[spec["kind"]]
        if need not in spec
    ]


def _further_problems(config: Mapping[str, Any]) -> list[str]:
    analysis = config["analysis"]
    scales = [scale["variable"] for scale in config["cleaning"].get("scales", [])]
    found = [
        f"analysis.{key}.scales: {name!r} is not a scale of cleaning.scales{_nearest(name, scales)}."
        for key in ("reliability", "imputation")
        for name in analysis.get(key, {}).get("scales", [])
        if name not in scales
    ]
    tests = registered("named_tests", "named_test")
    found += [
        f"analysis.further_tests, {one['variable']}: {one['test']!r} is not one of {', '.join(tests)}"
        f"{_nearest(one['test'], tests)}."
        for one in analysis.get("further_tests", [])
        if one["test"] not in tests
    ]
    seen = set()
    for model in analysis.get("models", []):
        pair = (model["outcome"], model["kind"])
        if pair in seen:
            found.append(
                f"analysis.models: two {model['kind']} models of {model['outcome']!r}; their rows could not "
                "be told apart. Keep one, or give the second a derived outcome of its own."
            )
        seen.add(pair)
        found += [
            f"analysis.models, {model['outcome']}: reference names {name!r}, which is not a predictor of it."
            for name in model.get("reference", {})
            if name not in model["predictors"]
        ]
    if config["inputs"].get("codes") and "agreement" not in analysis:
        found.append(
            "inputs.codes names a file of codes; add analysis.agreement with the code list of each question."
        )
    return found
