"""What must not be in a finished document, and what a renderer's complaints mean in plain words."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from surveypipe.rendering.bibliography import keys_of, unknown_work
from surveypipe.text_files import read_text

# A failed look-up leaves one of these in the text while the renderer reports success.
_FAILED = (
    (re.compile(r"\?meta:[\w.-]*"), "a number or text that was not supplied"),
    (re.compile(r"\?var:[\w.-]*"), "a variable that was not supplied"),
    (re.compile(r"\?@[\w-]*"), "a cross-reference to nothing"),
    (re.compile(r"\{\{<[^>]*>?\}?\}?"), "a shortcode that was not expanded"),
    (re.compile(r"@alt:[\w-]*"), "an alt text that was not written"),
    (re.compile(r"\(\?\?\?|\?\?\?\)|\*\*\?[\w-]+\*\*"), "a citation of an unknown work"),
)
# Addresses that a browser would fetch while showing the page; a link that a reader follows is not one.
_FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object|track|image|use)\b[^>]*?"
    r"\b(?:src|srcset|data|xlink:href|href|poster)\s*=\s*[\"']\s*((?:https?:)?//[^\"']+)"
    r"|<link\b(?![^>]*rel=[\"'](?:canonical|license|author)[\"'])[^>]*?\bhref\s*=\s*[\"']\s*((?:https?:)?//[^\"']+)"
    r"|@import\s+(?:url\()?[\"']?((?:https?:)?//[^\"')]+)|\burl\(\s*[\"']?((?:https?:)?//[^\"')]+)",
    flags=re.IGNORECASE,
)


def failed_lookups(text: str, where: str) -> list[str]:
    """Find what is left of look-ups that failed.

    Parameters
    ----------
    text
        Text of a document, without markup.
    where
        Name of the file, for the message.
    """
    found = []
    for pattern, meaning in _FAILED:
        for hit in sorted({match.group(0) for match in pattern.finditer(text)}):
            found.append(
                f"{where}: the finished text holds '{hit}', {meaning}; correct the text and run again."
            )
    return found


def html_problems(path: Path, header: str) -> list[str]:
    """Check a finished HTML file: look-ups, images, addresses fetched, unique ids, links within, banner."""
    source = read_text(path)
    without_data = re.sub(r"data:[\w/+.;=-]+,[A-Za-z0-9+/=%._~!$&'()*,;:@-]+", "data:", source)
    text = visible_text(without_data)
    found = failed_lookups(text, path.name)
    for match in _FETCHED.finditer(without_data):
        address = next(group for group in match.groups() if group)
        found.append(
            f"{path.name}: the page would fetch '{address}' from the internet; embed it or remove it."
        )
    for target in re.findall(r"<img\b[^>]*?\bsrc\s*=\s*[\"'](?!data:)([^\"']+)", without_data):
        found.append(f"{path.name}: the image '{target}' is not inside the page; does the file exist?")
    ids = re.findall(r"<[^>]+?\sid=\"([^\"]+)\"", without_data)
    for repeated in sorted({name for name in ids if ids.count(name) > 1}):
        found.append(
            f"{path.name}: the id '{repeated}' occurs {ids.count(repeated)} times; a link can reach one only."
        )
    links = set(re.findall(r"<a\b[^>]*?\shref=\"#([^\"]+)\"", without_data))
    for target in sorted(links - set(ids)):
        found.append(f"{path.name}: a link points to '#{target}', which is not on the page.")
    if header not in text:
        found.append(f"{path.name}: the data are not real and the page does not say so.")
    return found


def visible_text(source: str) -> str:
    """Text of an HTML page as a reader sees it, alternative texts included."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", source, flags=re.DOTALL | re.IGNORECASE)
    alts = " ".join(re.findall(r"\b(?:alt|aria-label|title)=\"([^\"]*)\"", body))
    return html.unescape(re.sub(r"<[^>]+>", "", body) + " " + alts)


def docx_problems(path: Path, header: str) -> list[str]:
    """Check a finished DOCX: look-ups, alt texts, images, private metadata, banner."""
    with zipfile.ZipFile(path) as archive:
        parts = {
            name: archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".xml")
        }
    text = "\n".join(docx_text(part) for part in parts.values())
    document = parts["word/document.xml"]
    found = failed_lookups(text, path.name)
    for description in re.findall(r"<wp:docPr\b[^>]*>", document):
        if not re.search(r'descr="[^"]+"', description):
            found.append(f"{path.name}: a figure has no alt text.")
    if "docProps/custom.xml" in parts:
        found.append(f"{path.name}: holds the build's metadata (custom.xml).")
    if header not in text:
        found.append(f"{path.name}: the data are not real and the document does not say so.")
    return found


def docx_text(part: str) -> str:
    """Text of one part of a DOCX, a line to a paragraph."""
    lines = re.split(r"</w:p>", part)
    return "\n".join(
        html.unescape("".join(re.findall(r"<w:t(?:\s[^>]*)?>([^<]*)</w:t>", line))) for line in lines
    )


def warning_problems(stderr: str, document: str, bibliography: Path | None = None) -> list[str]:
    """Turn what a renderer said on its error stream into problems in plain words.

    Pandoc and Quarto go on after an unknown citation or a missing image, so each of their warnings counts
    as an error here.
    """
    keys = keys_of(bibliography) if bibliography else []
    # The same complaint comes once from each format.
    return list(dict.fromkeys(f"{document}: {_plain(line, keys)}" for line in _complaints(stderr)))


def _complaints(stderr: str) -> Iterable[str]:
    started = re.compile(r"\[?(?:WARNING|WARN|ERROR)\]?:?\s*(?:\([^)]*\)\s*)?(.*)")
    current: list[str] = []
    for line in re.sub(r"\x1b\[[0-9;]*m", "", stderr).splitlines():
        match = started.match(line.strip())
        if match:
            if current:
                yield " ".join(current)
            current = [match.group(1)]
        elif current and line.startswith((" ", "\t")) and line.strip():
            current.append(line.strip())
        elif current:
            yield " ".join(current)
            current = []
    if current:
        yield " ".join(current)


def _plain(complaint: str, keys: list[str]) -> str:
    cited = re.search(r"citation ([^\s]+) not found", complaint, re.IGNORECASE)
    if cited:
        key = cited.group(1).strip("'\"@")
        return unknown_work(key, keys)
    missing = re.search(r"Could not fetch resource '?([^\s':]+)", complaint)
    if missing:
        return f"the file '{missing.group(1)}' could not be found; is the figure's name right?"
    said = re.sub(r"^Scripting warning( at \S+ line \d+( column \d+)?)?:\s*", "", complaint.strip())
    return said.rstrip(".") + "."
