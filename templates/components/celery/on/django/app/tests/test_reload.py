"""Restarting on change, for development."""

import sys
import threading
import time
from pathlib import Path

from tools import reload


def test_runs_again_after_a_change(tmp_path: Path) -> None:
    """The command counts its runs; the second one ends by itself."""
    source = tmp_path / "code.py"
    source.touch()
    runs = tmp_path / "runs"
    script = f"import pathlib, time; f = pathlib.Path({str(runs)!r}); f.open('a').write('x'); "
    script += "time.sleep(30 if f.read_text() == 'x' else 0)"

    def change() -> None:
        while not runs.exists():
            time.sleep(0.05)
        time.sleep(0.2)
        source.write_text("changed")

    threading.Thread(target=change).start()
    assert reload.main([sys.executable, "-c", script], tmp_path, interval=0.05) == 0
    assert runs.read_text() == "xx"
