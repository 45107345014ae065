"""Write docs/configuration.md from the schemas, so that the two cannot disagree."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMAS = {
    "The configuration (`config/config.yaml`)": Path("workflow/schemas/config.schema.json"),
    "The codebook (`config/codebook.yaml`)": Path("workflow/schemas/codebook.schema.json"),
    "The follow-up study (`config/followup.yaml`)": Path("workflow/schemas/followup.schema.json"),
    "A journal (`config/journals/`)": Path("workflow/schemas/journal.schema.json"),
}
HEAD = """# Configuration

Made from the JSON Schemas in `workflow/schemas/` by `make docs`; edit those, not this page. Unknown keys are
refused. `*` stands for a name of your own; **bold** keys are required.
"""


def rows(
    schema: dict[str, Any], path: str = "", shared: dict[str, Any] | None = None
) -> Iterator[tuple[str, str, str]]:
    """Yield key, kind and meaning of every property, depth first; `shared` holds what `$ref` points to."""
    shared = schema.get("$defs", {}) if shared is None else shared
    schema = resolved(schema, shared)
    required = set(schema.get("required", []))
    for key, about in schema.get("properties", {}).items():
        about = resolved(about, shared)
        name = f"**{key}**" if key in required else key
        yield f"{path}{name}", kind(about), about.get("description", "")
        yield from rows(about, f"{path}{key}.", shared)
    if isinstance(schema.get("additionalProperties"), dict):
        inner = resolved(schema["additionalProperties"], shared)
        if "properties" in inner:
            yield from rows(inner, f"{path}*.", shared)
    if isinstance(schema.get("items"), dict):
        yield from rows(schema["items"], f"{path}[].", shared)


def resolved(about: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to a shared definition; what stands beside it goes before."""
    if "$ref" not in about:
        return about
    return shared[about["$ref"].rpartition("/")[2]] | about


def kind(about: dict[str, Any]) -> str:
    """Name a property's type, with its options or limits."""
    if "enum" in about:
        return ", ".join(f"`{'null' if option is None else option}`" for option in about["enum"])
    options = [option.get("type", "object") for option in about.get("anyOf", [])]
    types = about.get("type", options or "any")
    return " or ".join(types) if isinstance(types, list) else str(types)


def page() -> str:
    """Lay out every schema as a table."""
    parts = [HEAD]
    for title, path in SCHEMAS.items():
        parts += [f"\n## {title}\n", "| key | kind | meaning |", "|---|---|---|"]
        schema = json.loads(path.read_text(encoding="utf-8"))
        parts += [f"| {key} | {what} | {meaning} |" for key, what, meaning in rows(schema)]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("docs/configuration.md"))
    parser.parse_args().output.write_text(page(), encoding="utf-8")
