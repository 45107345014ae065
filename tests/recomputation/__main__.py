"""Say how many printed numbers a second computation agrees with, and where it does not.

From the project's folder: PYTHONPATH=tests python -m recomputation [results]
"""

from __future__ import annotations

import sys
from pathlib import Path

from recomputation.comparison import compare

if __name__ == "__main__":
    made = compare(Path.cwd(), Path(sys.argv[1] if len(sys.argv) > 1 else "results"))
    print(made.report())
    sys.exit(1 if made.faults else 0)
