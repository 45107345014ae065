"""Names of authors are found wherever a file may say them beside what it shows."""

from __future__ import annotations

import base64
import io
import os
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from surveypipe.rendering import embedded
from surveypipe.rendering.blinding import leaks
from surveypipe.rendering.docx_package import Package, drop_private_parts

NAME = "Zoë Okonkwo"
XMP = f"<x:xmpmeta><dc:creator>{NAME}</dc:creator></x:xmpmeta>".encode()


def png(kind: str) -> bytes:
    told = PngImagePlugin.PngInfo()
    if kind == "iTXt":
        told.add_itxt("Author", NAME, zip=False)
    elif kind == "iTXt, compressed":
        told.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    else:
        told.add_text("Author", NAME, zip=kind == "zTXt")
    made = io.BytesIO()
    Image.effect_noise((40, 40), 50).save(made, "PNG", pnginfo=told)
    return made.getvalue()


def jpeg(kind: str) -> bytes:
    image, made = Image.effect_noise((40, 40), 50), io.BytesIO()
    exif = image.getexif()
    if kind == "artist":
        exif[0x013B] = NAME.encode()
    elif kind == "author of Windows":
        exif[0x9C9D] = NAME.encode("utf-16-le")
    more = {"xmp": XMP} if kind == "XMP" else {"comment": NAME.encode()} if kind == "comment" else {}
    image.save(made, "JPEG", exif=exif, **more)
    return made.getvalue()


def pdf(kind: str) -> bytes:
    wide = b"\xfe\xff" + NAME.encode("utf-16-be")
    if kind == "hexadecimal":
        body = b"<</Author <" + wide.hex().encode() + b">>>"
    elif kind == "octal":
        body = b"<</Author (" + b"".join(b"\\%03o" % one for one in wide) + b")>>"
    else:
        packed = zlib.compress(XMP)
        told = b"<</Type/Metadata/Filter/FlateDecode/Length %d>>" % len(packed)
        body = told + b"\nstream\n" + packed + b"\nendstream"
    return b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\n"


def workbook() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docProps/core.xml", f"<creator>{NAME}</creator>")
    return made.getvalue()


SAID = {
    **{f"PNG, {kind}": png(kind) for kind in ("tEXt", "zTXt", "iTXt", "iTXt, compressed")},
    **{f"JPEG, {kind}": jpeg(kind) for kind in ("artist", "author of Windows", "XMP", "comment")},
    **{f"PDF, {kind}": pdf(kind) for kind in ("hexadecimal", "octal", "compressed XMP")},
    "a workbook": workbook(),
}


def document(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<t>Nobody</t>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("kind", SAID)
def test_a_name_in_a_file_within_a_document_is_found(tmp_path: Path, kind: str):
    made = document(tmp_path / "a.docx", **{"word/media/one.bin": SAID[kind]})
    assert leaks(made, [NAME])
    page = tmp_path / "a.html"
    page.write_text(f'<img src="data:image/x;base64,{base64.b64encode(SAID[kind]).decode()}">', "utf-8")
    assert leaks(page, [NAME])
    if kind.startswith("PDF"):
        (tmp_path / "a.pdf").write_bytes(SAID[kind])
        assert leaks(tmp_path / "a.pdf", [NAME])


@pytest.mark.parametrize(
    "part", ["docProps/custom.xml", "word/comments.xml", "customXml/item1.xml", "word/people.xml"]
)
def test_a_name_in_any_part_of_a_word_file_is_found(tmp_path: Path, part: str):
    assert leaks(document(tmp_path / "a.docx", **{part: f"<p>{NAME}</p>".encode()}), [NAME])


def test_a_name_of_a_part_is_found(tmp_path: Path):
    assert leaks(document(tmp_path / "a.docx", **{f"word/media/{NAME}.png": b""}), [NAME])


def test_no_mark_of_an_editing_session_is_left_in_a_word_file(tmp_path: Path):
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = (
        f'<w:document xmlns:w="{space}"><w:rsids><w:rsid w:val="00AB"/></w:rsids><w:p w:rsidR="00AB" '
        'w:rsidRDefault="00AB"><w:r w:rsidRPr="00AC"><w:t>rsid is a word</w:t></w:r></w:p></w:document>'
    )
    path = document(tmp_path / "a.docx", **{"word/settings.xml": text.encode(), "word/other.xml": b"<a/>"})
    package = Package(path)
    drop_private_parts(package)
    left = package.members["word/settings.xml"].decode()
    assert "00A" not in left and left.count("rsid") == 1 and "rsid is a word" in left
    assert package.members["word/other.xml"] == b"<a/>"


def test_pixels_are_no_words():
    """Any short name occurs in enough compressed bytes by chance, and no search should stop at it."""
    made = io.BytesIO()
    Image.frombytes("RGB", (400, 400), os.urandom(480_000)).save(made, "PNG")
    assert len(made.getvalue()) > 400_000 and len(embedded.words(made.getvalue())) < 200
