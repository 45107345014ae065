"""Read the released tables that figures, tables and text are made of."""

from __future__ import annotations

import argparse

from _shared import read_csv, read_json
from surveypipe.released import CONTEXT, TABLES, Released

READ = (*TABLES, *CONTEXT)
INPUTS = (*READ, "variables")


def read_released(args: argparse.Namespace) -> Released:
    """Gather the released tables named on the command line."""
    tables = {name: read_csv(getattr(args, name)) for name in READ}
    return Released(args.config, read_json(args.variables), tables)
