"""Take up what an earlier run released: each file held against its manifest, then copied."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from _shared import Output, read_json, run
from surveypipe.archiving.taking_up import changed_since


def main(
    *,
    manifest: Annotated[Path, "manifest of the earlier run"],
    released: Annotated[list[Path], "files that it released"],
    public: Annotated[list[Output], "the same, where documents are made from them"],
) -> None:
    """Stop where a file is not the one that was released."""
    changed_since(read_json(manifest), released).raise_if_any()
    for source, target in zip(released, public, strict=True):
        target.write_bytes(source.read_bytes())
    print(f"released: {len(released)} files as the manifest lists them")


if __name__ == "__main__":
    run(main)
