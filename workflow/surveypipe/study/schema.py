"""JSON Schemas of a study's files, made from their types."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from surveypipe.study.base import Settings, plain

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def schema_of(kind: type[Settings]) -> dict[str, Any]:
    """Make the JSON Schema (draft 2020-12) of a file from its type.

    It is what msgspec makes, but for this: options stand in the order in which the type names them; null is
    taken only where the type says so (:data:`surveypipe.study.base.NULLABLE`), because elsewhere None stands
    for a key left out; and the key that tells one block of a kind from another carries that block's
    description.

    Parameters
    ----------
    kind
        Type of the whole file, such as :class:`surveypipe.study.settings.Configuration`.
    """
    (made,), blocks = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    seen: set[type[Settings]] = set()
    orders = {frozenset(options): options for options in _literals(kind, seen)}
    for block in seen:
        for field in msgspec.structs.fields(block):
            if field.default_factory is not msgspec.NODEFAULT:
                blocks[block.__name__]["properties"][field.encode_name]["default"] = field.default_factory()
    top = blocks.pop(made["$ref"].rpartition("/")[2])
    whole = {"$schema": DIALECT, **top, "$defs": blocks}
    return _tidied(whole, orders) | {"title": kind.__name__}


def resolved(about: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """Follow a reference to a block of the schema; what stands beside it goes before."""
    if "$ref" not in about:
        return dict(about)
    block = whole["$defs"][about["$ref"].rpartition("/")[2]]
    return {**block, **{key: value for key, value in about.items() if key != "$ref"}}


def _literals(kind: Any, seen: set[type[Settings]]) -> Iterator[tuple[Any, ...]]:
    """Options of every Literal that a type holds, in the order of the source."""
    if get_origin(kind) is Literal:
        yield get_args(kind)
    elif inspect.isclass(kind) and issubclass(kind, Settings):
        if kind not in seen:
            seen.add(kind)
            for inner in get_type_hints(kind, include_extras=True).values():
                yield from _literals(inner, seen)
    else:
        for inner in get_args(kind):
            yield from _literals(inner, seen)


def _tidied(node: Any, orders: Mapping[frozenset[Any], tuple[Any, ...]]) -> Any:
    if isinstance(node, list):
        return [_tidied(entry, orders) for entry in node]
    if not isinstance(node, dict):
        return plain(node)
    made = {
        key: plain(value) if key == "default" else _tidied(value, orders)
        for key, value in node.items()
        if key != "title" or not isinstance(value, str)
    }
    if made.get("enum"):
        made["enum"] = list(orders.get(frozenset(made["enum"]), made["enum"]))
    if "prefixItems" in made:
        made["items"] = made.pop("prefixItems")[0]
    if "anyOf" in made:
        made = _one_of_few(made)
    if made.get("default", made) is None:
        del made["default"]
    return _tag_described(made)


def _one_of_few(node: dict[str, Any]) -> dict[str, Any]:
    """Write a choice between types as one type, or a list of types, where that says the same."""
    nullable = node.pop("nullable", False)
    options = [option for option in node.pop("anyOf") if option != {"type": "null"}]
    types = [option["type"] for option in options if set(option) == {"type"}]
    if len(options) == 1:
        made = {**options[0], **node}
        if nullable and "enum" in made:
            made["enum"] = [*made["enum"], None]
        elif nullable:
            made["type"] = [*([made["type"]] if isinstance(made["type"], str) else made["type"]), "null"]
        return made
    if len(types) == len(options):
        return {"type": [kind for kind in types if (kind, "number" in types) != ("integer", True)], **node}
    return {"anyOf": options, **node}


def _tag_described(node: dict[str, Any]) -> dict[str, Any]:
    for about in node.get("properties", {}).values():
        if isinstance(about, dict) and set(about) == {"enum"}:
            about["description"] = node.get("description", "")
    return node
