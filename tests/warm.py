"""Snakemake begun from a process that has it loaded: what every start would load is loaded once.

Half of what a dry run costs is Snakemake's own imports, and the tests start it dozens of times. One process
loads it, and what the rules load beside it that is not of this project; each start is a copy of that process,
which goes to its folder, takes its environment and its words, and does what ``python -m snakemake`` does.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

# What the rules load beside Snakemake. Nothing of the project: a study may be run by a changed copy of it.
BESIDE = ("numpy", "msgspec", "yaml", "jinja2")


def run(words: tuple[str, ...], cwd: Path, env: Mapping[str, str], timeout: float) -> Any:
    """Run Snakemake in a folder, as :func:`subprocess.run` with captured text.

    Raises
    ------
    subprocess.TimeoutExpired
        When it has not ended in time; it is killed with all that it began.
    """
    server = _server(threading.get_ident())
    assert server.stdin is not None and server.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        told = {name: str(Path(folder, name)) for name in ("out", "err")}
        asked = {"words": words, "cwd": str(cwd), "env": dict(env), "timeout": timeout, **told}
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        code = json.loads(server.stdout.readline())
        said = [Path(told[name]).read_text(encoding="utf-8") for name in ("out", "err")]
    command = [sys.executable, "-m", "snakemake", *words]
    if code is None:
        raise subprocess.TimeoutExpired(command, timeout, *said)
    return subprocess.CompletedProcess(command, code, *said)


@cache
def _server(thread: int) -> subprocess.Popen[str]:
    """The process that has Snakemake loaded, one for each thread that asks; it ends with who asks it."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.Popen(
        [sys.executable, "-I", __file__],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


def _serve() -> None:
    """Answer each line that asks for a run with a line that says how it ended."""
    from importlib import import_module

    from snakemake.cli import parse_args

    for name in BESIDE:
        import_module(name)
    # Loads the plugins, whose options are Snakemake's own.
    parse_args(["--dry-run"])
    assert not [name for name in sys.modules if name.partition(".")[0] == "surveypipe"]
    for line in sys.stdin:
        asked = json.loads(line)
        if not (child := os.fork()):
            _become(asked)
        sys.stdout.write(json.dumps(_ended(child, asked["timeout"])) + "\n")
        sys.stdout.flush()


def _ended(child: int, timeout: float) -> int | None:
    """Wait for a process and give its exit code, or none where it did not end in time."""
    watched = os.pidfd_open(child)
    there, _, _ = select.select([watched], [], [], timeout)
    os.close(watched)
    if not there:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if there else None


def _become(asked: dict[str, Any]) -> None:
    """Be the Snakemake that was asked for; never return."""
    os.setsid()
    for stream, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT, 0o600), stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    # As Python has it when it is started with -m and a PYTHONPATH.
    own = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:0] = [os.getcwd(), *own]
    from snakemake import cli

    sys.argv = [str(Path(cli.__file__).with_name("__main__.py")), *asked["words"]]
    code: int | str | None = 1
    try:
        cli.main()
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    _serve()
