"""What a file says beside what it shows: texts of pictures, of PDF and of files within files.

Pixels, drawn pages and fonts are passed over: in their compressed bytes any short name occurs by chance.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

PNG, JPEG, ZIP, PDF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"PK\x03\x04", b"%PDF"
_FONTS = (b"wOFF", b"wOF2", b"OTTO", b"\x00\x01\x00\x00", b"true")
# Markers of a JPEG without a length; at the start of a scan its pixels begin.
_BARE, _SCAN = {0x01, *range(0xD0, 0xDA)}, 0xDA
_STREAM = re.compile(rb"(<<(?:[^<>]|<<[^<>]*>>|<[0-9A-Fa-f\s]*>)*>>)\s*stream\r?\n(.*?)endstream", re.S)
_TOLD = re.compile(rb"/(Metadata|ObjStm|EmbeddedFile)\b")
_HEX = re.compile(rb"<((?:[0-9A-Fa-f]{2}\s*){3,})>")
_MARK = re.compile(rb"\xfe\xff|\xff\xfe")
_OCTAL = re.compile(rb"\\([0-7]{3})")


def told(content: bytes, depth: int = 3) -> Iterator[bytes]:
    """Give every part of a file that may hold words, unpacked.

    Parameters
    ----------
    content
        The file. One of no known kind is given whole.
    depth
        How many files deep within one another it is looked.
    """
    if content.startswith(PNG):
        yield from _png(content)
    elif content.startswith(JPEG):
        yield from _jpeg(content)
    elif content.startswith(PDF):
        yield from _pdf(content)
    elif content.startswith(ZIP) and depth:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from told(archive.read(name), depth - 1)
    elif not content.startswith(_FONTS):
        yield content


def words(content: bytes) -> str:
    """Decode the words of a file: in UTF-8, and in what pictures and PDF have, Latin-1 and UTF-16."""
    return "\n".join(text for part in told(content) for text in _decoded(part))


def _decoded(part: bytes) -> Iterator[str]:
    text = part.decode("utf-8", errors="replace")
    yield text
    # UTF-16 of western names is Latin-1 with a nought beside each letter, and a mark before.
    if b"\0" in part or "\ufffd" in text:
        marked = _MARK.sub(b" ", part)
        yield marked.replace(b"\0", b"").decode("latin-1")
        # Elsewhere a nought parts a word from its name.
        yield marked.replace(b"\0", b" ").decode("latin-1")


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed)
    except zlib.error:
        return packed


def _png(content: bytes) -> Iterator[bytes]:
    place = len(PNG)
    while place + 8 <= len(content):
        size, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        chunk = content[place + 8 : place + 8 + size]
        place += size + 12
        if kind in (b"zTXt", b"iTXt"):
            key, _, rest = chunk.partition(b"\0")
            packed = kind == b"zTXt" or rest[:1] == b"\1"
            # Of iTXt there stand between: two flags, the language and the key once more.
            value = rest[1:] if kind == b"zTXt" else rest[2:].split(b"\0", 2)[-1]
            yield key + b"\n" + (_unpacked(value) if packed else rest)
        elif kind != b"IDAT":
            yield chunk


def _jpeg(content: bytes) -> Iterator[bytes]:
    place = 2
    while place + 4 <= len(content) and content[place] == 0xFF:
        kind = content[place + 1]
        if kind == _SCAN:
            return
        size = 0 if kind in _BARE else int.from_bytes(content[place + 2 : place + 4])
        yield content[place + 4 : place + 2 + size]
        place += 2 + size


def _pdf(content: bytes) -> Iterator[bytes]:
    parts = [_STREAM.sub(rb"\1", content)]
    for stream in _STREAM.finditer(content):
        if _TOLD.search(stream[1]):
            parts.append(_unpacked(stream[2]))
    for part in parts:
        yield _OCTAL.sub(lambda code: bytes([int(code[1], 8) & 0xFF]), part)
        for text in _HEX.finditer(part):
            yield bytes.fromhex(text[1].decode("ascii"))
