"""Fonts for the letters of a study: those that are shipped, else what the machine or a package has.

The typeface of the article draws Latin, Greek, Cyrillic and Hebrew letters, and the font that comes with
matplotlib Arabic, Armenian and Georgian ones too, the same on every machine. Only letters that neither has
are looked for elsewhere.
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

FORMS = (".ttf", ".otf", ".ttc")
# Letters that the fonts inside Typst have.
TYPST_HAS = ("LATIN", "GREEK", "CYRILLIC")
# First word of the Unicode name of a letter: the Debian package whose fonts have such letters.
ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO", "FULLWIDTH", "HALFWIDTH")
ASIAN_PACKAGE, OTHER_PACKAGE = "fonts-noto-cjk", "fonts-noto-core"


@dataclass(frozen=True)
class Choice:
    """Fonts that have the letters of a text, beside the shipped ones.

    Attributes
    ----------
    files
        Fewest found, the one with most of the letters first.
    lacking
        Letters that no font has, in the order of their codes.
    """

    files: tuple[Path, ...]
    lacking: str


def typefaces() -> tuple[Path, ...]:
    """Give the typeface of the article: regular, bold and italic."""
    folder = Path(__file__).with_name("typefaces")
    return tuple(folder / f"LibertinusSerif-{face}.ttf" for face in ("Regular", "Bold", "Italic"))


def shipped() -> Path:
    """Give the font that comes with matplotlib, for letters that the typeface has not."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def letters(text: str) -> frozenset[str]:
    """Letters and signs of a text that a font has to have: neither spaces nor marks of control."""
    return frozenset(letter for letter in text if unicodedata.category(letter)[0] not in "ZC")


def foreign(text: str) -> frozenset[str]:
    """Letters of a text that the fonts inside Typst may not have."""
    return frozenset(
        letter
        for letter in letters(text)
        if unicodedata.category(letter)[0] in "LM"
        and not unicodedata.name(letter, "").startswith((*TYPST_HAS, "COMBINING"))
    )


def choose(text: str) -> Choice:
    """Find the fonts that draw a text.

    Parameters
    ----------
    text
        Any text; each of its letters counts once.
    """
    wanted = letters(text) - _has(typefaces()[0]) - _has(shipped())
    files: list[Path] = []
    while wanted:
        best = max(_candidates(), key=lambda path: len(wanted & _has(path)), default=None)
        if best is None or not wanted & _has(best):
            break
        files.append(best)
        wanted -= _has(best)
    return Choice(tuple(files), "".join(sorted(wanted)))


@lru_cache(maxsize=1)
def _candidates() -> tuple[Path, ...]:
    """Fonts of the machine and of Python packages, those for plain running text first."""
    found = {path for folder in _folders() if folder.is_dir() for path in _fonts_below(folder)}
    return tuple(sorted(found, key=lambda path: (_rank(path.name.casefold()), path.name, str(path))))


def _rank(name: str) -> tuple[bool, bool, bool]:
    odd = any(word in name for word in ("mono", "serif", "italic", "bold", "black", "light", "thin"))
    return odd, "noto" not in name, "regular" not in name


def _folders() -> Iterable[Path]:
    home = Path.home()
    yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".fonts")
    yield from (Path(sys.prefix) / "share/fonts", Path(sys.prefix) / "fonts")
    yield Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share") / "fonts"
    yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    yield from map(Path, {sysconfig.get_path("purelib"), *site.getsitepackages()})


def _fonts_below(folder: Path) -> Iterable[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "mpl-data")
        yield from (Path(place) / name for name in names if name.casefold().endswith(FORMS))


@cache
def _has(path: Path) -> frozenset[str]:
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(map(chr, FT2Font(str(path)).get_charmap()))
    except (OSError, RuntimeError):
        return frozenset()


def advice(lacking: Iterable[str]) -> str:
    """Say which package has the letters that are lacking."""
    kinds = [unicodedata.name(letter, "UNKNOWN").split()[0] for letter in lacking]
    packages = {ASIAN_PACKAGE if kind in ASIAN else OTHER_PACKAGE for kind in kinds}
    named = " and ".join(sorted(packages))
    return f"Install fonts that have them (Debian: {named}; elsewhere the Noto fonts), then draw again."
