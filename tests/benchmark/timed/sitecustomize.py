"""Put on the path of a run, has each Python process write what it cost when it ends.

A line of ``STAGE_COSTS``: script, seconds of work with that of programs it called, megabytes at most.
"""

import atexit
import json
import os
import resource
import sys
from pathlib import Path


def _tell() -> None:
    own, called = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    line = {
        "stage": Path(sys.argv[0]).stem if sys.argv else "",
        "seconds": own.ru_utime + own.ru_stime + called.ru_utime + called.ru_stime,
        "megabytes": max(own.ru_maxrss, called.ru_maxrss) / 1024,
    }
    with open(os.environ["STAGE_COSTS"], "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


if "STAGE_COSTS" in os.environ:
    atexit.register(_tell)
