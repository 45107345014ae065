"""Count what the house is held against: ``python tests/count_house.py`` prints it."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import examples
import house

FILES = [path for form in ("py", "smk") for path in sorted(house.WORKFLOW.rglob(f"*.{form}"))]
LONGEST = 350
_RULE = re.compile(r"^rule (\w+):\n((?:(?:    .*)?\n)+)", re.M)
_SECTION = re.compile(r"^    (\w+):(.*\n(?:(?:        .*)?\n)*)", re.M)
_NAMED = re.compile(r"^        (\w+)=", re.M)


def lines_of(path: Path) -> int:
    """Lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def found(pattern: str) -> int:
    """Count a pattern in the workflow's code."""
    return sum(len(re.findall(pattern, path.read_text(encoding="utf-8"))) for path in FILES)


def times_named() -> dict[tuple[str, str], int]:
    """Count for each file of a rule where it is named: in the rule, its command, its script's own parser.

    The parameter of the script's ``main`` that is given the file is not counted: it is what the file is for.
    """
    made: dict[tuple[str, str], int] = {}
    for path in sorted(house.WORKFLOW.glob("rules/*.smk")):
        for rule, body in _RULE.findall(path.read_text(encoding="utf-8")):
            sections = dict(_SECTION.findall(body))
            script = re.search(r'stage\("(\w+)"\)', sections.get("input", ""))
            parser = (
                (house.WORKFLOW / f"scripts/{script[1]}.py").read_text(encoding="utf-8") if script else ""
            )
            names = _NAMED.findall(sections.get("input", "") + sections.get("output", ""))
            for name in names:
                again = len(re.findall(rf"\b(?:input|output)\.{name}\b", sections.get("shell", "")))
                option = f'"--{name.replace("_", "-")}"'
                made[rule, name] = names.count(name) + again + parser.count(f"add_argument({option}")
    return made


def lengths() -> dict[Path, int]:
    """Lines of every module of the library and every script."""
    return {path: lines_of(path) for path in [*house.MODULES.values(), *house.WORKFLOW.glob("scripts/*.py")]}


def long_files() -> dict[Path, int]:
    """Files that are longer than they may be."""
    return {path: lines for path, lines in lengths().items() if lines > LONGEST}


def counts() -> dict[str, object]:
    """Everything that is counted, by what it is called."""
    lines = lengths()
    longest = max(lines, key=lambda path: lines[path])
    named = list(times_named().values())
    made: dict[str, object] = {
        "rooms": len(house.rooms()),
        "floors": len(house.FLOORS),
        "modules of the library": len([m for m, path in house.MODULES.items() if path.stem != "__init__"]),
        "imports that climb": len(house.climbs()),
        "circles": int(bool(house.circle())),
        "longest file": f"{lines[longest]} lines ({longest.relative_to(house.WORKFLOW)})",
        f"files over {LONGEST} lines": len(long_files()),
        "median function": f"{statistics.median(house.functions()):g} lines",
        'look-ups config["…"]': found(r"\bconfig\[[\"']"),
        "dict[str, Any]": found(r"\bdict\[str, Any\]"),
        "times a file of a rule is named": f"{max(named)} at most ({len(named)} files)",
    }
    for change, (tool, study) in examples.files_touched().items():
        made[f"files touched: {change.lower()}"] = f"{len(tool)} of the tool, {len(study)} of the study"
    return made


if __name__ == "__main__":
    for name, value in counts().items():
        print(f"{name:36} {value}")
