"""No condition rests on the words of a note: what code must know of an outcome has an enumerated column."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

NOTES = re.compile(r"(^|_)(notes?|information|reasons?|remarks?|comments?)$")
ASKING = {
    "startswith", "endswith", "contains", "match", "fullmatch", "search", "find", "index", "count", "isin",
    "eq", "ne", "split", "partition", "rpartition", "removeprefix", "removesuffix",
}  # fmt: skip
WORKFLOW = Path(__file__).resolve().parents[2] / "workflow"
CODE = [path for folder in ("surveypipe", "scripts") for path in sorted((WORKFLOW / folder).rglob("*.py"))]
Functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def conditions(text: str) -> list[str]:
    """List the conditions of a source that rest on a value of a note, as ``line: source``."""
    tree = ast.parse(text)
    found = []
    scopes: list[ast.AST] = [tree, *(node for node in ast.walk(tree) if isinstance(node, Functions))]
    for scope in scopes:
        nodes = list(_inside(scope))
        names = _names_of_notes(nodes)
        found += [f"{node.lineno}: {ast.unparse(node)}" for node in nodes if _asks(node, names)]
    return sorted(set(found))


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """Nodes of a function or module, without those of the functions in it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _inside(child)


def _names_of_notes(nodes: list[ast.AST]) -> set[str]:
    """Local names that hold notes, or the name of a column of notes, directly or through another name."""
    names: set[str] = set()
    before = -1
    while len(names) > before:
        before = len(names)
        for node in nodes:
            if isinstance(node, ast.Assign):
                targets, value = node.targets, node.value
            elif isinstance(node, ast.comprehension | ast.For):
                targets, value = [node.target], node.iter
                if isinstance(node.target, ast.Name) and any(map(_names_column, _elements(value))):
                    names |= _targets(targets)
            elif isinstance(node, ast.NamedExpr):
                targets, value = [node.target], node.value
            else:
                continue
            if _carries(value, names):
                names |= _targets(targets)
    return names


def _targets(targets: list[ast.expr]) -> set[str]:
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []


def _names_column(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(NOTES.search(node.value))


def _is_note(node: ast.AST, names: set[str]) -> bool:
    """Whether an expression is a note itself: a cell, a column, an attribute, or a name that holds one."""
    if isinstance(node, ast.Subscript):
        key = node.slice
        return _names_column(key) or (isinstance(key, ast.Name) and key.id in names)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return any(_names_column(key) or (isinstance(key, ast.Name) and key.id in names) for key in node.args)
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Load) and bool(NOTES.search(node.attr))
    return isinstance(node, ast.Name) and node.id in names


def _carries(node: ast.AST, names: set[str]) -> bool:
    """Whether a value is a note or made of one by calls on it (``.fillna("").astype(str)``, ``str(...)``)."""
    if _is_note(node, names):
        return True
    if isinstance(node, ast.Call):
        if _as_enumeration(node):
            return False
        method = isinstance(node.func, ast.Attribute) and _carries(node.func.value, names)
        plain = isinstance(node.func, ast.Name) and node.func.id in ("str", "repr", "escape", "sorted", "set")
        return method or (plain and any(_carries(part, names) for part in node.args))
    if isinstance(node, ast.Attribute):
        return _carries(node.value, names)
    if isinstance(node, ast.Subscript):
        return _carries(node.value, names)
    if isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        return _carries(node.elt, names)
    return False


def _as_enumeration(node: ast.Call) -> bool:
    """Whether a column of codes is read as the members of an enumeration: ``.map(MissingReason)``."""
    named = [part.id for part in node.args if isinstance(part, ast.Name)]
    maps = isinstance(node.func, ast.Attribute) and node.func.attr == "map"
    return maps and any(re.fullmatch(r"[A-Z][a-z]\w+", name) for name in named)


def _is_member(node: ast.AST) -> bool:
    """Whether an expression is a member of an enumeration: ``MissingReason.BLANK``."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr.isupper()
        and isinstance(node.value, ast.Name)
        and node.value.id[:1].isupper()
    )


def _asks(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        if all(isinstance(operator, ast.Is | ast.IsNot) for operator in node.ops):
            return False
        return any(_carries(side, names) for side in sides) and not any(map(_is_member, sides))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING:
        of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        return _carries(node.func.value, names) or (of_re and any(_carries(a, names) for a in node.args))
    return False


@pytest.mark.parametrize("path", CODE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_condition_rests_on_the_words_of_a_note(path: Path) -> None:
    assert conditions(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        'if row["note"] == "none": pass',
        'found = "no theta" in str(row["tipping_note"])',
        'note = str(row.get("tipping_note", ""))\nfound = note.startswith("not supported")',
        'notes = rows["note"].fillna("").astype(str)\nweak = notes.str.contains("weak proxy").any()',
        'rows = rows[rows["note"].isin(("none", ""))]',
        'found = [note for note in model["note"] if str(note).startswith("Firth")]',
        'notes = (str(row.get(name, "")) for name in ("note", "phi_note"))\n'
        "first = next((note for note in notes if note.startswith(REFUSALS)), '')",
        'found = re.match("about", row["information"])',
        "if tips.note != '': pass",
        'label = row["note"].split(": ", 1)[-1]',
    ],
)
def test_a_condition_on_a_note_is_found(text: str) -> None:
    assert conditions(text)


@pytest.mark.parametrize(
    "text",
    [
        'told = rows["reason"] == MissingReason.USER_MISSING',
        'held = rows["reason"].map(MissingReason).isin(counted)',
        'rows = [{"note": note, "estimate": value == 1}]',
        'if row["outcome"] == "none": print(row["note"])',
        'release.note("claims", table["claim"] == "C1", status)',
    ],
)
def test_an_enumerated_column_and_a_printed_note_may_stand(text: str) -> None:
    assert conditions(text) == []
