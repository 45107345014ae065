"""The engine behind the sentences: what is escaped, folded, refused, and whose template wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveypipe.formatting import escape
from surveypipe.problems import SurveyError
from surveypipe.wording import Markdown, Wording, replaced


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tool/methods").mkdir(parents=True)
    return tmp_path


def wording(folder: Path, text: str, **everywhere: object) -> Wording:
    (folder / "tool/methods/one.md.j2").write_text(text, encoding="utf-8")
    return Wording([folder / "own", folder / "tool"], everywhere)


def test_a_paragraph_is_one_line_whatever_its_blocks(folder):
    words = wording(folder, "A\n{% if odd %}\n  odd\n{% else %}\n  even\n{% endif %}\nnumber.\n\n\nNext.\n")
    assert words.say("methods/one", odd=True) == "A odd number.\n\nNext."
    assert words.say("methods/one", odd=False) == "A even number.\n\nNext."


def test_items_of_a_list_keep_their_lines(folder):
    words = wording(folder, "Each:\n\n{% for name in names %}\n- **{{ name }}**\n  stands.\n{% endfor %}\n")
    assert words.say("methods/one", names=["a", "b"]) == "Each:\n\n- **a** stands.\n- **b** stands."


@pytest.mark.parametrize("text", ["<Unit> & $Co$", "river_side_", "@home [1]", "a*b|c^d~"])
def test_a_fact_prints_as_it_stands_and_markdown_as_markdown(folder, text):
    words = wording(folder, "{{ label }}; {{ labels | listed }}; {{ p | p_statement }}; {{ made }}")
    said = words.say("methods/one", label=text, labels=[text, "x"], p=0.2, made=Markdown("*made*"))
    assert said == f"{escape(text)}; {escape(text)} and x; *p* = 0.2; *made*"
    assert escape(text) != text


def test_a_fact_that_is_not_given_is_refused_with_the_line(folder):
    words = wording(folder, "One.\n{{ missing | percent }}\n")
    with pytest.raises(SurveyError, match=r"one\.md\.j2.*'missing' is undefined"):
        words.say("methods/one")


def test_a_broken_template_names_file_and_line(folder):
    words = wording(folder, "One.\n{% if %}\n")
    with pytest.raises(SurveyError, match=r"one\.md\.j2, line 2"):
        words.say("methods/one")


def test_no_missing_number_is_printed(folder):
    words = wording(folder, "{{ share | percent }}")
    with pytest.raises(ValueError, match="cannot be printed"):
        words.say("methods/one", share=float("nan"))


def test_the_studys_own_template_wins_and_is_named(folder):
    words = wording(folder, "The tool's.")
    (folder / "own/methods").mkdir(parents=True)
    assert replaced(folder / "own", folder / "tool") == []
    (folder / "own/methods/one.md.j2").write_text("The study's.", encoding="utf-8")
    assert Wording([folder / "own", folder / "tool"]).say("methods/one") == "The study's."
    assert replaced(folder / "own", folder / "tool") == ["methods/one.md.j2"]
    assert words.names() == ["methods/one"]


def test_a_template_that_replaces_none_is_refused(folder):
    (folder / "own").mkdir()
    (folder / "own/methodz.md.j2").write_text("x", encoding="utf-8")
    with pytest.raises(SurveyError, match="no template of the tool has this name"):
        replaced(folder / "own", folder / "tool")
