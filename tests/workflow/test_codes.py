"""The simulated codes of the open answers are made by the script that is kept."""

from __future__ import annotations

import os
import subprocess
import sys


def test_simulated_codes_come_out_byte_for_byte(finished, tmp_path):
    made = tmp_path / "codes.csv"
    command = [sys.executable, "workflow/scripts/simulate_codes.py", "--codes", str(made)]
    environment = {**os.environ, "PYTHONPATH": str(finished / "workflow")}
    subprocess.run(command, cwd=finished, env=environment, check=True, capture_output=True)
    assert made.read_bytes() == (finished / "data/raw/codes_SIMULATED.csv").read_bytes()
