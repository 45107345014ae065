"""YAML that cannot be meant: blocks that hold themselves or multiply, depths and numbers without end."""

from __future__ import annotations

import re
from typing import Any

import yaml

DEEPEST, MOST_NODES, MOST_DIGITS = 60, 200_000, 300
OPENING, CLOSING = frozenset("[{"), frozenset("]}")
INTEGER, SET = "tag:yaml.org,2002:int", "tag:yaml.org,2002:set"
WHOLE = re.compile(r"[-+]?\d[\d_]*")
WRITE_OUT = "write it out instead."


def too_deep(text: str, name: str, first_line: int = 1) -> list[str]:
    """Say if blocks stand so deep in one another that a reader of YAML may fail; before one is asked.

    Brackets within quotes count too: no file that is meant comes near the limit.
    """
    depth, indents = 0, [0]
    for number, line in enumerate(text.splitlines(), start=first_line):
        words = line.lstrip(" ")
        if words and not words.startswith("#"):
            indent = len(line) - len(words)
            while indents[-1] > indent:
                indents.pop()
            if indent > indents[-1]:
                indents.append(indent)
        for sign in line:
            depth = depth + 1 if sign in OPENING else max(0, depth - 1) if sign in CLOSING else depth
            if depth + len(indents) > DEEPEST:
                return [
                    f"{name}, line {number}: blocks stand more than {DEEPEST} deep in one another; look for "
                    "brackets that are not closed, or an indentation that goes astray."
                ]
    return []


def form_problems(node: Any, name: str, first_line: int = 1) -> list[str]:
    """Say what of a composed document cannot be meant, with its line.

    Parameters
    ----------
    node
        Root of the document; None for an empty one.
    name
        What to call the file in the messages.
    first_line
        Line of the file in which the text begins.
    """
    if node is None:
        return []
    order, circle = _inner_first(node)
    if circle is not None:
        return [
            f"{name}, line {circle.start_mark.line + first_line}: a block holds itself, by an anchor (&) and "
            f"its alias (*); {WRITE_OUT}"
        ]
    sizes: dict[int, int] = {}
    for here in order:
        sizes[id(here)] = 1 + sum(sizes[id(part)] for part in _parts(here))
        if sizes[id(here)] > MOST_NODES:
            line = here.start_mark.line + first_line
            return [
                f"{name}, line {line}: with its aliases (*) written out this block has more than "
                f"{MOST_NODES:,} entries; {WRITE_OUT}"
            ]
    told = ((here.start_mark.line + first_line, _wrong(here)) for here in order)
    return [f"{name}, line {line}: {words}" for line, words in sorted(told, key=lambda one: one[0]) if words]


def _parts(node: Any) -> list[Any]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _inner_first(root: Any) -> tuple[list[Any], Any]:
    """Give every node once, after all that it holds; and one that holds itself, where there is one."""
    order: list[Any] = []
    opened: set[int] = set()
    closed: set[int] = set()
    waiting = [(root, False)]
    while waiting:
        here, done = waiting.pop()
        if done:
            opened.discard(id(here))
            closed.add(id(here))
            order.append(here)
        elif id(here) in opened:
            return order, here
        elif id(here) not in closed:
            opened.add(id(here))
            waiting.append((here, True))
            waiting += [(part, False) for part in _parts(here) if id(part) not in closed]
    return order, None


def _wrong(node: Any) -> str:
    if node.tag == SET:
        return "this is a set (!!set), of which no file of a study has use; write a list instead."
    if node.tag != INTEGER:
        return ""
    digits = sum(sign.isdigit() for sign in node.value)
    if digits > MOST_DIGITS:
        return f"a number of {digits:,} digits cannot be meant; correct it, or put it in quotes if text."
    if not WHOLE.fullmatch(node.value.replace(":", "")) and not _other_base(node.value):
        return f"{node.value!r} is not a whole number; correct it."
    return ""


def _other_base(text: str) -> bool:
    try:
        int(text.replace("_", ""), 0)
    except ValueError:
        return False
    return True
