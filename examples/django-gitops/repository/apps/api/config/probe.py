"""Health probe inside the container; uses only the standard library, to start fast.

python -I -S config/probe.py http PORT PATH       the server answers with 2xx
python -I -S config/probe.py file PATH SECONDS    the file was touched that recently
"""

import sys
import time
import urllib.request
from pathlib import Path


def http(port: str, path: str) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=3) as response:
        status: int = response.status
    return status in range(200, 300)


def file(path: str, seconds: str) -> bool:
    return time.time() - Path(path).stat().st_mtime < float(seconds)


if __name__ == "__main__":
    try:
        sys.exit(0 if {"http": http, "file": file}[sys.argv[1]](sys.argv[2], sys.argv[3]) else 1)
    except OSError as error:
        sys.exit(f"{type(error).__name__}: {error}")
