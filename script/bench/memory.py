"""Peak memory of processes: what the kernel noted for each of them."""

import os
from pathlib import Path


def peak_mb(parent: int) -> float:
    """The peak resident sizes of a process and its children, added up, in MB. Shared pages count once for each."""
    return sum(_peak_kb(pid) for pid in [parent, *_children(parent)]) / 1024


def own_peak_mb() -> float:
    """The peak resident size of this process so far, in MB."""
    return _peak_kb(os.getpid()) / 1024


def _children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _peak_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1])
