"""What the doctor says, and when its exit code says no."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from scripts import doctor
from scripts.doctor import Absent, Need


def absent() -> str:
    """Nothing is there."""
    raise Absent("not found; install it")


class DoctorTest(unittest.TestCase):
    """Needs that are met or not, and programs that are what they are made to be."""

    def examined(self, *needs: Need, commands: set[str]) -> tuple[int, list[list[str]]]:
        """What is missing, and the words of each line."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            missing = doctor.examine(commands, needs)
        return missing, [line.split() for line in said.getvalue().splitlines()]

    def program(self, text: str) -> str:
        """A program that prints a text, alone on PATH."""
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        file = Path(scratch.name) / "tool"
        file.write_text(f"#!/bin/sh\necho '{text}'\n", encoding="utf-8")
        file.chmod(0o755)
        self.enterContext(mock.patch.dict(os.environ, {"PATH": f"{scratch.name}:/usr/bin:/bin"}))
        return "tool"

    def test_what_is_missing_is_counted_and_what_is_only_wanted_is_not(self) -> None:
        missing, lines = self.examined(
            Need("one", ("prove",), lambda: "1.2"),
            Need("two", ("test", "prove"), absent),
            Need("three", ("prove",), absent, wanted=True),
            commands={"prove"},
        )
        self.assertEqual(missing, 1)
        self.assertEqual([line[:2] for line in lines], [["here", "one"], ["MISSING", "two"], ["wanted", "three"]])
        self.assertEqual(lines[1][2:], ["prove", "not", "found;", "install", "it"])

    def test_a_command_is_told_only_what_it_needs(self) -> None:
        missing, lines = self.examined(Need("one", ("lint",), absent), commands={"prove"})
        self.assertEqual((missing, lines), (0, []))

    def test_a_program_is_found_with_its_version(self) -> None:
        self.assertEqual(doctor.program(self.program("tool version go1.26.8 linux"), least="1.26")(), "1.26.8")

    def test_a_program_that_is_too_old_says_what_is_wanted(self) -> None:
        with self.assertRaisesRegex(Absent, r"^1\.9\.4 is older than 1\.26; get it$"):
            doctor.program(self.program("tool 1.9.4"), least="1.26", hint="get it")()

    def test_a_program_that_is_not_there_says_where_to_get_it(self) -> None:
        with self.assertRaisesRegex(Absent, r"^not found; get it$"):
            doctor.program("no-such-tool", hint="get it")()

    def test_a_program_for_images_that_is_not_there_is_missing(self) -> None:
        with mock.patch.dict(os.environ, {"STANDIN_IMAGES": ""}):
            self.assertEqual(doctor.images(), "from their registries")
        with (
            mock.patch.dict(os.environ, {"STANDIN_IMAGES": "/no/such --flag"}),
            self.assertRaisesRegex(Absent, "^STANDIN_IMAGES names no program: /no/such$"),
        ):
            doctor.images()

    def test_without_an_api_server_prove_can_not_run(self) -> None:
        needs = tuple(need for need in doctor.NEEDS if need.name in {"cluster", "definitions"})
        with mock.patch.dict(os.environ, {"KUBECONFIG": ""}):
            missing, lines = self.examined(*needs, commands={"prove"})
        self.assertEqual(missing, 2)
        self.assertIn("KUBECONFIG names no API server", " ".join(lines[0]))


if __name__ == "__main__":
    unittest.main()
