"""Reading of every YAML file: a key given twice is refused, and what is said is held against its type."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from surveypipe.problems import SurveyError
from surveypipe.study.accepted import Accepted
from surveypipe.study.base import Settings
from surveypipe.study.checks import schema_problems
from surveypipe.study.schema import schema_of
from surveypipe.study.yaml_form import form_problems, too_deep
from surveypipe.text_files import read_text

S = TypeVar("S", bound=Settings)
# libyaml reads a configuration in a tenth of the time.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MERGE, DAY = "tag:yaml.org,2002:merge", "tag:yaml.org,2002:timestamp"


def read(path: Path, kind: type[S]) -> S:
    """Read a YAML file as its type.

    Raises
    ------
    SurveyError
        With all that is wrong with the file.
    """
    return checked(read_yaml(path), kind, str(path))


def read_yaml(path: Path) -> Any:
    """Read a YAML file; see :func:`parse_yaml`.

    Raises
    ------
    SurveyError
        If the file is missing, is not UTF-8 or YAML, or gives a key twice.
    """
    return parse_yaml(read_text(path), str(path))


def parse_yaml(text: str, name: str, first_line: int = 1) -> Any:
    """Parse YAML strictly: of a key given twice, YAML itself would keep the last in silence.

    Parameters
    ----------
    text
        One YAML document.
    name
        What to call it in the messages, usually its path.
    first_line
        Line of the file in which the text begins.

    Raises
    ------
    SurveyError
        If it is not YAML, or with every key that stands twice in one block and its lines.
    """
    if problems := too_deep(text, name, first_line):
        raise SurveyError(problems)
    loader = LOADER(text)
    try:
        node = loader.get_single_node()
        if problems := form_problems(node, name, first_line):
            raise SurveyError(problems)
        problems = _doubled(node, loader, name, first_line)
        problems += _no_days(node, loader, name, first_line)
        if problems:
            raise SurveyError(problems)
        return None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = f" near line {mark.line + first_line}" if mark else ""
        if "another document" in str(getattr(error, "problem", "")):
            raise SurveyError(
                f"{name}: a second document begins{where} (---); keep one in a file."
            ) from error
        raise SurveyError(
            f"{name}: this is not valid YAML{where}; look for a missing colon, quote or indentation."
        ) from error
    finally:
        loader.dispose()


def _no_days(node: Any, loader: Any, name: str, first_line: int) -> list[str]:
    """Say which values have the form of a day and are none; YAML itself would fail at them."""
    found: list[str] = []
    waiting, seen = [node], set()
    while waiting:
        here = waiting.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        if isinstance(here, yaml.MappingNode):
            waiting += [part for pair in here.value for part in pair]
        elif isinstance(here, yaml.SequenceNode):
            waiting += here.value
        elif isinstance(here, yaml.ScalarNode) and here.tag == DAY:
            try:
                loader.construct_yaml_timestamp(here)
            except ValueError as error:
                line = here.start_mark.line + first_line
                found.append(
                    f"{name}, line {line}: there is no day {here.value} ({error}); correct it, or put it in "
                    "quotes if it is text."
                )
    return found[::-1]


def _doubled(node: Any, loader: Any, name: str, first_line: int) -> list[str]:
    """Say which keys stand twice in a block, each with both its lines."""
    found: list[str] = []
    waiting = [(node, "")]
    seen = set()
    while waiting:
        here, place = waiting.pop(0)
        if here is None or id(here) in seen:
            continue
        seen.add(id(here))
        if isinstance(here, yaml.SequenceNode):
            waiting += [(entry, f"{place}.{number}") for number, entry in enumerate(here.value)]
        if not isinstance(here, yaml.MappingNode):
            continue
        lines: dict[str, int] = {}
        for key, value in here.value:
            if key.tag == MERGE or not isinstance(key, yaml.ScalarNode):
                continue
            text = str(loader.construct_object(key))
            line = key.start_mark.line + first_line
            block = f" of {place[1:]}" if place else ""
            if text in lines:
                found.append(
                    f"{name}: the key {text!r}{block} stands twice, in lines {lines[text]} and {line}; "
                    "keep one of them."
                )
            lines.setdefault(text, line)
            waiting.append((value, f"{place}.{text}"))
    return found


def checked(value: Any, kind: type[S], name: str, accepted: Accepted | None = None) -> S:
    """Hold what a file says against its type, and convert it.

    Parameters
    ----------
    value
        The document as read from YAML or JSON.
    kind
        Type of the whole file.
    name
        What to call it in the messages, usually its path.
    accepted
        Memory of documents without a departure, which are not held against the schema again.

    Raises
    ------
    SurveyError
        With one sentence for each departure from the type.
    """
    told = texts(value)
    key = "" if accepted is None else accepted.key(kind.__name__, told)
    if accepted is None or key not in accepted:
        problems = schema_problems(told, schema_of(kind), name)
        if problems:
            raise SurveyError(problems)
    if accepted is not None:
        accepted.add(key)
    return msgspec.convert(told, kind)


def texts(value: Any) -> Any:
    """Give a document the form of JSON: keys become text (1.0 is ``1``), days YYYY-MM-DD."""
    if isinstance(value, Mapping):
        return {_key(key): texts(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [texts(entry) for entry in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _key(key: object) -> str:
    return str(int(key)) if isinstance(key, float) and key.is_integer() else str(key)
