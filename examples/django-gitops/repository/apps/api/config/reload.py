"""For development: run a command and restart it when a Python file changes.

python -I -S config/reload.py COMMAND…
"""

import signal
import subprocess
import sys
import time
from pathlib import Path


def newest(directory: Path) -> float:
    """When a Python file below the directory was last changed."""
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
    # As the first process of a container it gets no default handling: stop like on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:], Path.cwd()))
