"""Tests of what it answers."""

import os
import unittest
from unittest import mock

from main import answer


class Answers(unittest.TestCase):
    def test_greets_at_the_root(self) -> None:
        with mock.patch.dict(os.environ, {"GREETING": "Good day"}):
            self.assertEqual(answer("/"), (200, "Good day"))

    def test_says_that_it_is_well(self) -> None:
        self.assertEqual(answer("/healthz"), (200, "ok"))

    def test_knows_no_other_path(self) -> None:
        self.assertEqual(answer("/nowhere")[0], 404)


if __name__ == "__main__":
    unittest.main()
