"""A Slurm of one node on this computer, from Debian's packages, for as long as a test needs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue")
# Jobs are not given the variable that names another file.
CONFIGURATION = Path("/etc/slurm/slurm.conf")
TEMPLATE = """\
ClusterName=one
SlurmctldHost={host}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPort=26817
SlurmdPort=26818
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName={host} CPUs={cores} RealMemory={memory} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Why no Slurm can be started here; empty where one can."""
    absent = [program for program in PROGRAMS if not shutil.which(program)]
    if absent:
        return f"not installed: {', '.join(absent)} (Debian: slurm-wlm, munge)"
    if os.geteuid() != 0:
        return "a Slurm is started by root only"
    if CONFIGURATION.exists():
        return f"{CONFIGURATION} is there already: this computer belongs to a cluster"
    return ""


def _written(folder: Path) -> str:
    host = subprocess.run(["hostname", "-s"], capture_output=True, text=True, check=True).stdout.strip()
    cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20 * 9 // 10
    return TEMPLATE.format(host=host, folder=folder, cores=cores, memory=memory)


def _start_munge(folder: Path) -> None:
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o600)
    names = {"key-file": key, "socket": "munge.sock", "pid-file": "munge.pid", "log-file": "munge.log"}
    words = [f"--{word}={folder / name}" for word, name in {**names, "seed-file": "munge.seed"}.items()]
    subprocess.run(["munged", "--force", *words], check=True)


def _wait_for_the_node(seconds: int = 60) -> None:
    for _ in range(seconds):
        said = subprocess.run(["sinfo", "--noheader", "-o", "%t"], capture_output=True, text=True)
        if said.stdout.strip() == "idle":
            return
        time.sleep(1)
    raise TimeoutError("the node of Slurm is not idle after a minute")


@contextmanager
def slurm(folder: Path) -> Iterator[None]:
    """Run a Slurm whose only node is this computer; everything of it but its configuration in a folder."""
    folder.chmod(0o755)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    CONFIGURATION.parent.mkdir(exist_ok=True)
    CONFIGURATION.write_text(_written(folder), encoding="utf-8")
    try:
        _start_munge(folder)
        for daemon in ("slurmctld", "slurmd"):
            subprocess.run([daemon], check=True)
        _wait_for_the_node()
        yield
    finally:
        CONFIGURATION.unlink()
        for name in ("slurmd", "slurmctld", "munge"):
            number = folder / f"{name}.pid"
            if number.exists():
                os.kill(int(number.read_text()), 15)
