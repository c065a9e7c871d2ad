"""python -m script.bench.simulation [replicates]"""

import sys

from .measure import measure

if __name__ == "__main__":
    measure(*map(int, sys.argv[1:2]))
