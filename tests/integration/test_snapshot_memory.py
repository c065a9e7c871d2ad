"""A database eight times larger is written in the memory of one part."""

import json
from pathlib import Path

from tests.integration.test_kill import database_url
from tests.real_server import RealServer

PART = 3_000
MORE_MB = 60  # of what DuckDB and Arrow keep for later; the rows of eight parts at once take more
LOAD = """
from pathlib import Path
from amble.evaluation.simulate import simulate
from amble.outcomes.bulk.loading import load
simulate(out=Path(sys.argv[1]) / "invented", episodes=int(sys.argv[2]), seed=1)
numbers = {"phone": "1", "emergency_number": "2", "urgent_line": "3", "crisis_line": "4"}
print(json.dumps(load(Path(sys.argv[1]) / "invented", clinic=numbers)["records.episode"]))
"""
WRITE = """
from pathlib import Path
from amble.outcomes.bridge import changes
from amble.outcomes.bridge.writer import write
changes.PART = int(sys.argv[2])
out = Path(sys.argv[1])
def peak_mb():
    told = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in told if line.startswith("VmHWM")).split()[1]) // 1024
before = peak_mb()
written = write(snapshot=out / "s", operations=out / "o")
print(json.dumps([written.parts, written.rows["episodes"], before, peak_mb()]))
"""


def test_memory_does_not_grow_with_the_number_of_episodes(tmp_path: Path) -> None:
    _, few, _, small = peak(tmp_path / "small", PART)
    parts, many, at_start, large = peak(tmp_path / "large", 8 * PART)
    assert (few, many) == (PART, 8 * PART) and parts >= 8
    assert small > at_start, "nothing was measured"
    print(small, large, at_start)
    assert large < small + MORE_MB, f"{small} MB for one part, {large} MB for {parts}"


def peak(folder: Path, episodes: int) -> list[int]:
    with database_url() as url:
        service = RealServer(folder, url)
        assert last_line(service, LOAD, str(folder), str(episodes)) == episodes
        return last_line(service, WRITE, str(folder), str(PART))


def last_line(service: RealServer, code: str, *arguments: str):
    """DuckDB takes code without a file for somebody at a keyboard, and draws them how far it is."""
    said = service.python(f"import django, json, sys\ndjango.setup()\n{code}", *arguments)
    return json.loads(said.splitlines()[-1])
