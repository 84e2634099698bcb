"""Development only: run a command and restart it when a Python file changes.

python -I -S config/reload.py COMMAND…
"""

import signal
import subprocess
import sys
import time
from pathlib import Path


def newest(directory: Path) -> float:
    """The latest modification time of the Python files in the directory."""
    return max((path.stat().st_mtime for path in directory.rglob("*.py")), default=0.0)


def main(command: list[str], directory: Path, *, interval: float = 1) -> int:
    while True:
        before = newest(directory)
        with subprocess.Popen(command) as process:  # noqa: S603 (the developer's own command)
            try:
                while process.poll() is None and newest(directory) <= before:
                    time.sleep(interval)
            except KeyboardInterrupt:
                process.terminate()
                return process.wait()
            if process.poll() is not None:
                return process.returncode
            process.terminate()


if __name__ == "__main__":
    # PID 1 has no default SIGTERM handler: handle it like Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:], Path.cwd()))
