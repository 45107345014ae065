"""Where a key stands in a YAML file, so that a message about it can name the line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from surveypipe.problems import SurveyError
from surveypipe.study.yaml_form import too_deep
from surveypipe.text_files import read_text

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What a message begins with: the keys down to the place that it is about.
PLACE = re.compile(r"\S+?(?=:? )")
VARIABLE = re.compile(r"variable (\S+?):? ")
UNKNOWN = re.compile(r"unknown key '([^']+)'")


def lines_of(path: Path) -> dict[str, int]:
    """Line of every key and list entry of a YAML file, by its keys from the top, joined by dots.

    Returns
    -------
    dict
        For example ``{"study": 1, "study.title": 2}``; empty where the file cannot be read.
    """
    try:
        text = read_text(path)
        # What is too deep to be meant ends the reader of YAML, and the program with it.
        node = None if too_deep(text, str(path)) else yaml.compose(text, Loader=LOADER)
    except (SurveyError, yaml.YAMLError):
        return {}
    found: dict[str, int] = {}
    waiting: list[tuple[Any, str]] = [(node, "")]
    seen = set()
    while waiting:
        here, place = waiting.pop()
        # An alias stands in two places, of which one is told, and may hold itself.
        if id(here) in seen:
            continue
        seen.add(id(here))
        if isinstance(here, yaml.MappingNode):
            inside = [(key, key.value, value) for key, value in here.value if _is_name(key)]
        elif isinstance(here, yaml.SequenceNode):
            inside = [(value, str(number), value) for number, value in enumerate(here.value)]
        else:
            continue
        for mark, name, value in inside:
            whole = f"{place}{name}"
            found[whole] = mark.start_mark.line + 1
            waiting.append((value, f"{whole}."))
    return found


def _is_name(key: Any) -> bool:
    return isinstance(key, yaml.ScalarNode)


def with_lines(problems: Iterable[str], name: str, lines: Mapping[str, int]) -> list[str]:
    """Name the line in each message that is about a file and a place of it.

    Parameters
    ----------
    problems
        Messages of the form ``name: place: what is wrong``; others stay as they are.
    name
        What the messages call the file.
    lines
        Result of :func:`lines_of`.
    """
    return [_with_line(problem, name, lines) for problem in problems]


def _with_line(problem: str, name: str, lines: Mapping[str, int]) -> str:
    start = f"{name}: "
    if not problem.startswith(start):
        return problem
    told = problem.removeprefix(start)
    variable = VARIABLE.match(told)
    place = PLACE.match(told)
    named = f"variables.{variable[1]}" if variable else place[0] if place else ""
    strange = UNKNOWN.search(told)
    if strange:
        named = strange[1] if told.startswith("unknown key") else f"{named}.{strange[1]}"
    while named and named not in lines:
        named = named.rpartition(".")[0]
    return f"{name}, line {lines[named]}: {told}" if named else problem
