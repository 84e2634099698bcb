"""Tests of the responses."""

import os
import unittest
from unittest import mock

from main import answer


class AnswerTest(unittest.TestCase):
    def test_root_returns_the_greeting(self) -> None:
        with mock.patch.dict(os.environ, {"GREETING": "Good day"}):
            self.assertEqual(answer("/"), (200, "Good day"))

    def test_healthz_returns_ok(self) -> None:
        self.assertEqual(answer("/healthz"), (200, "ok"))

    def test_unknown_path_returns_404(self) -> None:
        self.assertEqual(answer("/nowhere")[0], 404)


if __name__ == "__main__":
    unittest.main()
