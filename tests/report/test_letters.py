"""Letters of any script are drawn, or it is said in a word which are not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from test_figures_of_any_words import retold

import made_up
from surveypipe import fonts
from surveypipe.rendering import typst_pdf
from surveypipe.reporting.figures import likert, scripts
from surveypipe.reporting.figures.theme import themed

# Letters that DejaVu Sans has, of eight scripts, and such as it has not.
KNOWN = ["Größe", "Σύνολο", "Вопрос", "שאלה", "سؤال", "Հարց", "შეკითხვა", "Lựa chọn"]
STRANGE = "护士 ไทย"


@pytest.fixture
def bare_machine(monkeypatch):
    """A machine with no font but the one that is shipped."""
    monkeypatch.setattr(fonts, "_candidates", lambda: ())


def choice_for(released):
    return fonts.choose("".join(text for _, text in scripts.labels(released)))


def test_the_shipped_font_draws_eight_scripts(bare_machine, recwarn):
    changed = retold(made_up.released(), *KNOWN)
    found = choice_for(changed)
    assert found == fonts.Choice((), "")
    assert scripts.told(changed, found) == []
    with themed("likert"):
        likert.draw(changed).figure.canvas.draw()
    assert not [told for told in recwarn if "missing from font" in str(told.message)]


def test_letters_that_no_font_has_are_told_with_their_label_and_what_to_install(bare_machine):
    variables = dict(made_up.released().variables)
    variables["guid_1"] = {**variables["guid_1"], "short": f"Sheet {STRANGE}"}
    changed = made_up.dataclasses.replace(made_up.released(), variables=variables)
    lines = scripts.told(changed, choice_for(changed))
    assert "  guid_1: short: 护士ไทย" in lines
    assert "fonts-noto-cjk and fonts-noto-core" in lines[-1]


def test_a_font_of_the_machine_is_taken_for_what_the_shipped_ones_lack(tmp_path, monkeypatch):
    """Stands in for an Asian font: the shipped ones without the letters of a script, beside itself whole."""
    serif = fonts.shipped().with_name("DejaVuSerif.ttf")
    whole = tmp_path / "Whole.ttf"
    shutil.copyfile(serif, whole)
    has = fonts._has
    monkeypatch.setattr(fonts, "_candidates", lambda: (whole,))
    monkeypatch.setattr(fonts, "_has", lambda path: has(path) - (set() if path == whole else set("Вопрс")))
    assert fonts.choose("Вопрос and words") == fonts.Choice((whole,), "")
    with themed("likert", [whole]):
        import matplotlib as mpl

        assert mpl.rcParams["font.family"] == ["Libertinus Serif", "DejaVu Sans", "DejaVu Serif"]


def test_the_pdf_has_letters_of_the_figures_fonts_and_plain_text_needs_none(tmp_path: Path, bare_machine):
    from pypdf import PdfReader

    plain, georgian = tmp_path / "plain.typ", tmp_path / "georgian.typ"
    plain.write_text('#set text(font: "Libertinus Serif")\nPlain words, Größe, Вопрос\n', encoding="utf-8")
    georgian.write_text('#set text(font: "Libertinus Serif")\nThe word შეკითხვა\n', encoding="utf-8")
    typst_pdf.compile_pdf(plain, 0)
    assert not (tmp_path / "fonts").exists()
    (tmp_path / "georgian.pdf").write_bytes(typst_pdf.compile_pdf(georgian, 0))
    used = PdfReader(tmp_path / "georgian.pdf").pages[0]["/Resources"]["/Font"]
    assert any("DejaVu" in str(font.get_object()["/BaseFont"]) for font in used.values())


def test_boxes_in_the_pdf_are_told(bare_machine):
    assert typst_pdf.undrawn("The word שאלה") == ""
    assert "士护" in typst_pdf.undrawn("The word 护士")
