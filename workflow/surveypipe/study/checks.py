"""Departures of a document from its JSON Schema, told in the words of a survey and all at once."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from surveypipe.study.base import VARIABLE_NAME
from surveypipe.study.schema import resolved

# What the patterns of the types ask for.
NAME_RULES = {
    "^[a-z][a-z0-9_]*$": "use small letters, digits and _, beginning with a letter",
    "^[a-z][a-z0-9-]*$": "use small letters, digits and -, beginning with a letter, and no ending like .qmd",
    "^[A-Za-z][A-Za-z0-9_-]*$": "use letters, digits, _ and -, beginning with a letter",
    VARIABLE_NAME: "use letters of any script, digits and . _ $ # @, not beginning with a digit or a dot",
    "^[^/].*[^/]$|^[^/]$": "name a folder inside the project, without / at its beginning or end",
    r"^\d{4}-\d{2}-\d{2}$": "write a day as YYYY-MM-DD, in quotes",
}
LIMITS = {
    "maximum": "is above {limit:,}, the greatest number taken",
    "minimum": "is below {limit:,}, the least number taken",
    "exclusiveMaximum": "is not below {limit:,}",
    "exclusiveMinimum": "is not above {limit:,}",
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


def schema_problems(value: Any, schema: Mapping[str, Any], name: str) -> list[str]:
    """Say in words where a document departs from its JSON Schema.

    Parameters
    ----------
    value
        The document as read from YAML or JSON.
    schema
        A JSON Schema (draft 2020-12), as :func:`surveypipe.study.schema.schema_of` makes it.
    name
        What to call the document in the messages, usually its path.

    Returns
    -------
    list of str
        One sentence for each departure, in the document's order; empty if there is none.
    """
    import jsonschema

    validator = jsonschema.Draft202012Validator(dict(schema))
    found = list(_errors(validator, value, ()))
    told = [(path, _in_words(error, _place(name, path), schema)) for path, error in found]
    told += [
        (path, f"{_place(name, path)}: {number} is no number to compute with; write one that has an end.")
        for path, number in _endless(value)
    ]
    told += [
        (path, f"{_place(name, path)}: {entry} stands there twice; keep one of them.")
        for path, entry in _repeated(value)
    ]
    return list(dict.fromkeys(words for _, words in sorted(told, key=lambda one: list(map(str, one[0])))))


def _place(name: str, path: tuple[Any, ...]) -> str:
    where = ".".join(map(str, path))
    return f"{name}: {where}" if where else name


def _endless(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], float]]:
    """Numbers that YAML knows and nothing can be computed with: a schema has no word against them."""
    if isinstance(value, float) and not math.isfinite(value):
        yield path, value
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _endless(entry, (*path, key))
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _endless(entry, (*path, number))


def _repeated(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Entries of lists that stand there twice, but for numbers: what is made of them would have one name."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _repeated(entry, (*path, key))
    elif isinstance(value, list):
        seen: set[str] = set()
        for number, entry in enumerate(value):
            yield from _repeated(entry, (*path, number))
            text = json.dumps(entry, sort_keys=True, ensure_ascii=False, default=str)
            if text in seen and not isinstance(entry, int | float):
                yield path, text.replace('"', "'")
            seen.add(text)


def _errors(validator: Any, value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every departure with its place; where a block chooses its kind, those of the kind that it chose."""
    for error in validator.iter_errors(value):
        place = (*path, *error.absolute_path)
        chosen = _chosen(error) if error.validator == "anyOf" else None
        if chosen is None:
            yield place, error
        else:
            branch = {"$defs": validator.schema.get("$defs", {}), **chosen}
            yield from _errors(validator.evolve(schema=branch), error.instance, place)


def _chosen(error: Any) -> dict[str, Any] | None:
    """Find the kind that an instance means to be, by its tag or else by its form; None if unclear."""
    instance, tags = error.instance, error.schema.get("discriminator")
    if tags:
        if not isinstance(instance, dict):
            return {"type": "object"}
        key = tags["propertyName"]
        target = tags["mapping"].get(instance.get(key))
        return {"$ref": target} if target else _tag_only(key, list(tags["mapping"]))
    if isinstance(instance, dict) and not any(isinstance(entry, bool) for entry in instance.values()):
        return _only(option for option in error.validator_value if _takes(option, "object"))
    if isinstance(instance, list):
        return _only(option for option in error.validator_value if _takes(option, "array"))
    return None


def _tag_only(key: str, options: list[str]) -> dict[str, Any]:
    return {"type": "object", "required": [key], "properties": {key: {"enum": options}}}


def _takes(option: Mapping[str, Any], kind: str) -> bool:
    return option.get("type", "object") == kind


def _only(options: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    found = list(options)
    return found[0] if len(found) == 1 else None


def _in_words(error: Any, place: str, schema: Mapping[str, Any]) -> str:
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = [key for key in error.instance if key not in known]
        names = ", ".join(map(repr, unknown)) + nearest(unknown[0], known)
        return f"{place}: unknown key {names}. Correct or delete it."
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{place}: the key {', '.join(map(repr, missing))} is missing; add it{_options(error)}."
    if error.validator == "enum":
        options = ", ".join("null" if option is None else str(option) for option in error.validator_value)
        close = nearest(error.instance, error.validator_value)
        return f"{place}: {error.instance!r} is not one of {options}{close}."
    if error.validator == "type":
        return f"{place}: {_wrong_kind(error.instance, error.validator_value)}"
    if error.validator == "pattern" and error.validator_value in NAME_RULES:
        return f"{place}: {error.instance!r} cannot be used here; {NAME_RULES[error.validator_value]}."
    if error.validator == "anyOf":
        meaning = _meaning(resolved(error.schema, schema))
        return f"{place}: {error.instance!r} does not fit{meaning}{_in_quotes(error)}."
    if error.validator in ("minProperties", "minItems"):
        return f"{place}: there should be at least {error.validator_value} of these."
    if error.validator in ("maxProperties", "maxItems"):
        return f"{place}: there should be at most {error.validator_value} of these."
    if error.validator in LIMITS:
        wrong = LIMITS[error.validator].format(limit=error.validator_value)
        return f"{place}: {error.instance} {wrong}{_meaning(error.schema)}."
    return f"{place}: {error.message}."


def _meaning(schema: Mapping[str, Any]) -> str:
    """Say what a key means, which may be the reason of its limit."""
    about = str(schema.get("description", "")).rstrip(".")
    return f" ({about[:1].lower()}{about[1:]})" if about else ""


def _options(error: Any) -> str:
    """Say what a missing key may be, where it chooses the kind of a block."""
    about = error.schema.get("properties", {}).get(error.validator_value[0], {})
    return f" ({', '.join(map(str, about['enum']))})" if set(about) == {"enum"} else ""


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


def nearest(word: object, known: Iterable[object]) -> str:
    """Ask whether a known word was meant; nothing where none is near."""
    close = difflib.get_close_matches(str(word), [str(item) for item in known], n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""
