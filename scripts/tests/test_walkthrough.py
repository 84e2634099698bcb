"""The pages of steps: how they are read, and that the examples' fit the files that they name."""

from __future__ import annotations

import shutil
import tempfile
import unittest
from pathlib import Path

from scripts.common.report import ROOT
from scripts.prove.walkthrough import PAGE, blocks, carry_out, edit

STEPS = """\
# Steps

## One

In `a.txt`, first:

```diff
 one
+two
```

```diff
-three
+3
```

Then. Create `b/c.txt`:

```
new
```

```sh
test "$(tail -n 1 a.txt)" = 3
```
"""


class Walkthrough(unittest.TestCase):
    """Pages in a directory of their own."""

    def setUp(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "docs").mkdir()
        (self.root / "a.txt").write_text("one\nthree\n", encoding="utf-8")

    def carry_out(self, page: str) -> list[str]:
        (self.root / PAGE).write_text(page, encoding="utf-8")
        return carry_out(self.root, 10)

    def test_steps_are_carried_out_in_their_order(self) -> None:
        self.assertEqual(self.carry_out(STEPS), [])
        self.assertEqual((self.root / "a.txt").read_text(encoding="utf-8"), "one\ntwo\n3\n")
        self.assertEqual((self.root / "b/c.txt").read_text(encoding="utf-8"), "new\n")

    def test_lines_that_are_not_there_are_a_problem(self) -> None:
        (problem,) = self.carry_out(STEPS.replace("-three", "-four"))
        self.assertIn("One: a.txt does not hold these lines exactly once:\nfour", problem)

    def test_a_command_that_fails_is_a_problem(self) -> None:
        (problem,) = self.carry_out(STEPS.replace("= 3", "= 4"))
        self.assertIn('test "$(tail -n 1 a.txt)" = 4', problem)

    def test_a_block_without_a_file_is_an_error(self) -> None:
        with self.assertRaisesRegex(ValueError, "no file is named"):
            self.carry_out(STEPS.replace("In `a.txt`, first:", "First:"))


class Examples(unittest.TestCase):
    """The pages of the rendered repositories."""

    def test_their_edits_fit(self) -> None:
        pages = sorted((ROOT / "examples").glob(f"*/repository/{PAGE}"))
        self.assertTrue(pages)
        for page in pages:
            repository = page.parents[1]
            with self.subTest(page=str(page.relative_to(ROOT))), tempfile.TemporaryDirectory() as name:
                copy = Path(name) / "copy"
                shutil.copytree(repository, copy)
                edits = [block for block in blocks(page.read_text(encoding="utf-8")) if block.verb != "run"]
                self.assertTrue(edits)
                self.assertEqual([problem for block in edits if (problem := edit(copy, block))], [])


if __name__ == "__main__":
    unittest.main()
