"""The parts of a Word file around its text: members, relationships, properties."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from surveypipe.determinism import as_datetime, write_zip

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT_TYPES = "[Content_Types].xml"
DOCUMENT_RELS = "word/_rels/document.xml.rels"
SETTINGS = "word/settings.xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_FIRST = (CONTENT_TYPES, "_rels/.rels", "word/document.xml", DOCUMENT_RELS)
# What Word itself writes into a new file; 15 is the mode of every version since 2013.
_OF_WORD = "http://schemas.microsoft.com/office/word"
_COMPATIBLE = {
    "compatibilityMode": "15",
    "overrideTableStyleFontSizeAndJustification": "1",
    "enableOpenTypeFeatures": "1",
    "doNotFlipMirrorIndents": "1",
    "differentiateMultirowTableHeaders": "1",
}
# What the schema has behind it among the settings.
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}mathPr"
_LATER = (
    "docVars rsids attachedSchema themeFontLang clrSchemeMapping doNotIncludeSubdocsInStats "
    "doNotAutoCompressPictures forceUpgrade captions readModeInkLockDown smartTagType shapeDefaults "
    "doNotEmbedSmartTags decimalSymbol listSeparator"
)
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def w(tag: str) -> str:
    """Name of an element or attribute of WordprocessingML."""
    return f"{{{W}}}{tag}"


_AFTER_COMPAT = {_MATHS, *(w(name) for name in _LATER.split())}


class Package:
    """The members of a DOCX, read once and written with fixed bytes.

    Parameters
    ----------
    path
        The DOCX file.
    """

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            self.members = {name: archive.read(name) for name in names}

    def tree(self, name: str) -> etree._Element:
        """Parse a member."""
        return etree.fromstring(self.members[name])

    def put(self, name: str, root: etree._Element) -> None:
        """Write a member from its tree."""
        self.members[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def drop(self, name: str) -> None:
        """Remove a member with its content type and every relationship to it."""
        if self.members.pop(name, None) is None:
            return
        types = self.tree(CONTENT_TYPES)
        for entry in types.xpath(f"*[@PartName='/{name}']"):
            types.remove(entry)
        self.put(CONTENT_TYPES, types)
        for rels in [member for member in self.members if member.endswith(".rels")]:
            tree = self.tree(rels)
            for entry in list(tree):
                if entry.get("Target", "").lstrip("/") in {name, name.removeprefix("word/")}:
                    tree.remove(entry)
            self.put(rels, tree)

    def add_part(self, name: str, content: str, kind: str) -> str:
        """Add a part of the document, for example a header, and return its relationship id."""
        self.members[f"word/{name}"] = (_XML + content).encode()
        types = self.tree(CONTENT_TYPES)
        override = etree.SubElement(types, f"{{{etree.QName(types).namespace}}}Override")
        override.set("PartName", f"/word/{name}")
        override.set("ContentType", f"{_WORD_TYPE}.{kind}+xml")
        self.put(CONTENT_TYPES, types)
        rels = self.tree(DOCUMENT_RELS)
        identifier = f"rId_{name.removesuffix('.xml')}"
        entry = etree.SubElement(rels, f"{{{etree.QName(rels).namespace}}}Relationship")
        for key, value in (("Id", identifier), ("Type", f"{_OFFICE}/{kind}"), ("Target", name)):
            entry.set(key, value)
        self.put(DOCUMENT_RELS, rels)
        return identifier

    def write(self, path: Path, epoch: int) -> None:
        """Write the file with its members in a fixed order and at one time."""
        write_zip(path, self.members, epoch, first=_FIRST)


def set_properties(
    package: Package, creators: Sequence[str], keywords: Sequence[str], language: str, epoch: int
) -> None:
    """Replace the document's properties: title kept, authors only if given, dates fixed."""
    old = package.members.get("docProps/core.xml", b"").decode("utf-8")
    found = re.search(r"<dc:title>(.*?)</dc:title>", old, flags=re.DOTALL)
    title = found.group(1) if found else ""
    moment = as_datetime(epoch).strftime("%Y-%m-%dT%H:%M:%SZ")
    space = (
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    package.members["docProps/core.xml"] = (
        f"{_XML}<cp:coreProperties {space}><dc:title>{title}</dc:title>"
        f"<dc:creator>{escape('; '.join(creators))}</dc:creator>"
        f"<cp:keywords>{escape(', '.join(keywords))}</cp:keywords>"
        f"<dc:language>{escape(language)}</dc:language><cp:lastModifiedBy></cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified></cp:coreProperties>'
    ).encode()
    package.members["docProps/app.xml"] = (
        f'{_XML}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        "<Application>Microsoft Office Word</Application></Properties>"
    ).encode()


def properties_of(element: etree._Element, name: str) -> etree._Element:
    """Give the properties of an element (``pPr``, ``rPr``, ``tcPr``), its first child; made where missing."""
    found = element.find(w(name))
    if found is None:
        found = etree.Element(w(name))
        element.insert(0, found)
    return found


def set_language(package: Package, language: str) -> None:
    """State the language of the text in the defaults of the styles."""
    styles = package.members["word/styles.xml"].decode("utf-8")
    stated = f'<w:lang w:val={quoteattr(language)} w:eastAsia="en-US" w:bidi="ar-SA"/>'
    package.members["word/styles.xml"] = re.sub(r"<w:lang\b[^>]*/>", stated, styles, count=1).encode()


def set_compatibility(package: Package) -> None:
    """Say that a file is made for Word of 2013 and later, which else opens it in the mode of an earlier one.

    In that mode the title bar says so, tables stand out of the margin, and new things cannot be inserted.
    """
    settings = package.tree(SETTINGS)
    for old in settings.findall(w("compat")):
        settings.remove(old)
    made = etree.Element(w("compat"))
    for name, value in _COMPATIBLE.items():
        setting = etree.SubElement(made, w("compatSetting"))
        for key, said in (("name", name), ("uri", _OF_WORD), ("val", value)):
            setting.set(w(key), said)
    later = next((place for place, child in enumerate(settings) if child.tag in _AFTER_COMPAT), len(settings))
    settings.insert(later, made)
    package.put(SETTINGS, settings)


def drop_private_parts(package: Package) -> None:
    """Remove the renderer's metadata, the marks of editing sessions, and comments that hold none."""
    package.drop("docProps/custom.xml")
    comments = package.members.get("word/comments.xml")
    if comments is not None and b"<w:comment " not in comments:
        package.drop("word/comments.xml")
    for name in [name for name in package.members if name.startswith("word/") and name.endswith(".xml")]:
        if b"rsid" in package.members[name]:
            root = package.tree(name)
            _drop_sessions(root)
            package.put(name, root)


def _drop_sessions(root: etree._Element) -> None:
    """Remove the numbers of editing sessions, by which two files of one writer are known for his."""
    for node in [node for node in root.iter(w("rsids"), w("rsid")) if node.getparent() is not None]:
        node.getparent().remove(node)
    for node in root.iter(etree.Element):
        for key in [key for key in node.attrib if str(key).startswith(w("rsid"))]:
            del node.attrib[key]
