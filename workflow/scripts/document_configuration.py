"""Write docs/configuration.md and the JSON Schemas from the types of the files, so that they cannot disagree.

The schemas serve editors that complete and check YAML while it is typed; the pipeline itself reads the types.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from surveypipe.study.authors import Authors
from surveypipe.study.base import Settings
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.journal import Journal
from surveypipe.study.planning import Planning
from surveypipe.study.schema import resolved, schema_of
from surveypipe.study.settings import Configuration


class File(NamedTuple):
    """One kind of file: its title on the page, its type, and the name of its schema."""

    title: str
    kind: type[Settings]
    schema: str


FILES = (
    File("The configuration (`config/config.yaml`)", Configuration, "config"),
    File("The codebook (`config/codebook.yaml`)", CodebookFile, "codebook"),
    File("The authors (`config/authors.yaml`)", Authors, "authors"),
    File("The follow-up study (`config/followup.yaml`)", Planning, "followup"),
    File("A journal (`workflow/journals/`, `config/journals/`)", Journal, "journal"),
)
HEAD = """# Configuration

Made from the types in `workflow/surveypipe/study/` by `make docs`; edit those, not this page. Unknown keys
are refused, and so is a key given twice. `*` stands for a name of your own; **bold** keys are required. What
is left out has the *default*; none: nothing stands for it. The same as JSON Schemas, for editors that check
YAML while it is typed, is in `workflow/schemas/`.
"""
Row = tuple[str, str, str, str]


def rows(about: dict[str, Any], whole: dict[str, Any], path: str = "") -> Iterator[Row]:
    """Yield key, kind, default and meaning of every key below a place, depth first."""
    about = resolved(about, whole)
    if "discriminator" in about:
        yield from rows_of_kinds(about, whole, path)
    for key, value in about.get("properties", {}).items():
        yield from rows_of_key(key, value, key in about.get("required", []), whole, path)
    for place, name in (("additionalProperties", "*"), ("items", "[]")):
        if isinstance(about.get(place), dict):
            dot = path.removesuffix(".") if name == "[]" else path
            yield from rows(about[place], whole, f"{dot}{name}.")
    for option in about.get("anyOf", []) if "discriminator" not in about else []:
        yield from rows(option, whole, path)


def rows_of_key(
    key: str, value: dict[str, Any], required: bool, whole: dict[str, Any], path: str
) -> Iterator[Row]:
    """Yield the row of one key, and those of what stands below it."""
    value = resolved(value, whole)
    default = "" if required else shown(value.get("default"))
    name = f"**{key}**" if required else key
    yield f"{path}{name}", kind(value, whole), default, value.get("description", "")
    yield from rows(value, whole, f"{path}{key}.")


def rows_of_kinds(about: dict[str, Any], whole: dict[str, Any], path: str) -> Iterator[Row]:
    """Yield the keys of blocks of several kinds: what chooses the kind, what all have, what some have."""
    tag = about["discriminator"]["propertyName"]
    blocks = {name: resolved({"$ref": ref}, whole) for name, ref in about["discriminator"]["mapping"].items()}
    meaning = " ".join(f"{name}: {block.get('description', '')}" for name, block in blocks.items())
    yield f"{path}**{tag}**", ", ".join(f"`{name}`" for name in blocks), "", meaning
    keys = dict.fromkeys(key for block in blocks.values() for key in block["properties"] if key != tag)
    for key in keys:
        having = {name: block for name, block in blocks.items() if key in block["properties"]}
        alike: dict[str, list[str]] = {}
        for name, block in having.items():
            form = json.dumps([block["properties"][key], key in block.get("required", [])])
            alike.setdefault(form, []).append(name)
        for names in alike.values():
            block = blocks[names[0]]
            first, *below = rows_of_key(
                key, block["properties"][key], key in block.get("required", []), whole, path
            )
            whose = "" if len(names) == len(blocks) else f"For {', '.join(names)}: "
            yield (*first[:3], f"{whose}{first[3]}")
            yield from below


def shown(default: Any) -> str:
    """Write a default as YAML would."""
    if default is None:
        return "none"
    if isinstance(default, list) and default and isinstance(default[0], dict):
        return ", ".join(f"`{next(iter(entry.values()))}`" for entry in default)
    if (
        isinstance(default, dict)
        and default
        and not all(isinstance(entry, list) for entry in default.values())
    ):
        return "as below"
    return f"`{json.dumps(default, ensure_ascii=False)}`" if default not in ("", [], {}) else "empty"


def kind(about: dict[str, Any], whole: dict[str, Any]) -> str:
    """Name a property's type, with its options or limits."""
    if "enum" in about:
        return ", ".join(f"`{'null' if option is None else option}`" for option in about["enum"])
    options = [resolved(option, whole).get("type", "object") for option in about.get("anyOf", [])]
    types = about.get("type", list(dict.fromkeys(options)) or "any")
    return " or ".join(types) if isinstance(types, list) else str(types)


def page() -> str:
    """Lay out every type as a table."""
    parts = [HEAD]
    for file in FILES:
        schema = schema_of(file.kind)
        parts += [f"\n## {file.title}\n\n{schema['description']}\n"]
        parts += ["| key | kind | default | meaning |", "|---|---|---|---|"]
        parts += [f"| {' | '.join(row)} |" for row in rows(schema, schema)]
    return "\n".join(parts) + "\n"


def schema_text(file: File) -> str:
    """Write a file's schema as JSON."""
    source = f"Made from surveypipe.study by `make docs`; edit {file.kind.__module__}, not this file."
    return json.dumps({"$comment": source, **schema_of(file.kind)}, indent=1, ensure_ascii=False) + "\n"


def main(output: Path, schemas: Path) -> None:
    """Write the page and the schemas."""
    output.write_text(page(), encoding="utf-8")
    for file in FILES:
        (schemas / f"{file.schema}.schema.json").write_text(schema_text(file), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("docs/configuration.md"))
    parser.add_argument("--schemas", type=Path, default=Path("workflow/schemas"))
    given = parser.parse_args()
    main(given.output, given.schemas)
