"""The ledger's rules: what stands for a run, and what does not."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from scripts.common.process import run
from scripts.common.report import ROOT, Report, Results
from scripts.common.trees import OptionSet, Rendered
from scripts.prove import __main__ as command
from scripts.prove import expected, ledger


class LedgerTest(unittest.TestCase):
    """Repositories of a few files, each with the entry that a run of it leaves."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.book = ledger.Ledger(self.scratch / "proofs")
        self.enterContext(mock.patch.dict(os.environ, {"ALL": "", "STANDIN_IMAGES": "", "STRICT": ""}))
        self.sets = [self.rendered(name) for name in ("contrast", "minimal", "small")]

    def rendered(self, name: str) -> Rendered:
        """A repository with one overlay."""
        directory = self.scratch / "rendered" / name
        overlay = directory / "deploy/kubernetes/overlays/production"
        overlay.mkdir(parents=True)
        (overlay / "kustomization.yaml").write_text("resources: []\n", encoding="utf-8")
        (directory / "Makefile").write_text("up:\nload:\n", encoding="utf-8")
        return Rendered(OptionSet("django-gitops", name, directory), directory)

    def results(self, one: Rendered) -> Results:
        """What a good run shows."""
        shown = expected.checks(one.item.blueprint, one.item.name, one.directory)
        return Results(passed=dict.fromkeys(shown, "1 s"), seconds={one.label: 61.5})

    def keep(self, one: Rendered, date: str = "") -> None:
        """An entry of now, or of a date."""
        self.assertEqual(self.book.keep(one, ledger.inputs(one), self.results(one)), [])
        if date:
            self.edit(one, seal=True, date=date)

    def edit(self, one: Rendered, *, seal: bool, **changes: Any) -> None:
        """Changes what an entry says, with or without a digest that fits."""
        entry = replace(self.entry(one), **changes)
        text = json.dumps(asdict(entry.sealed() if seal else entry))
        self.book.place(one).write_text(text, encoding="utf-8")

    def entry(self, one: Rendered) -> ledger.Entry:
        """What is recorded."""
        return ledger.Entry(**json.loads(self.book.place(one).read_text(encoding="utf-8")))

    def state(self, one: Rendered) -> ledger.State:
        """What the ledger says now."""
        return self.book.state(one, ledger.inputs(one))

    def chosen(self) -> tuple[list[str], Results]:
        """What a run would prove, and what it reports of the others."""
        report = Report()
        with contextlib.redirect_stdout(io.StringIO()):
            due = command.chosen(self.sets, self.book, report)
        return [one.item.name for one in due], report.results

    def test_an_entry_of_a_good_run_stands(self) -> None:
        one = self.sets[0]
        self.keep(one)
        self.assertEqual(self.state(one).why, "")
        entry = self.entry(one)
        self.assertEqual((entry.set, entry.seconds, entry.inputs["images"]), (one.label, 62, "official images"))
        self.assertEqual(entry.shown[f"smoke {one.label}"], "1 s")

    def test_a_missing_entry_does_not_stand(self) -> None:
        found = self.state(self.sets[0])
        self.assertEqual((found.why, found.forged), ("no entry", False))

    def test_an_entry_is_stale_when_a_byte_of_the_repository_changed(self) -> None:
        one = self.sets[0]
        self.keep(one)
        (one.directory / "Makefile").write_text("up:\nload:\n\n", encoding="utf-8")
        found = self.state(one)
        self.assertEqual((found.why, found.forged), ("stale: not the same tree", False))

    def test_a_record_of_the_tool_is_no_part_of_the_proved_tree(self) -> None:
        one = self.sets[0]
        self.keep(one)
        (one.directory / ".stackwright").mkdir()
        (one.directory / ".stackwright/lock.jsonl").write_text("{}\n", encoding="utf-8")
        self.assertEqual(self.state(one).why, "")
        (one.directory / ".stackwright/stack.json").write_text("{}\n", encoding="utf-8")
        self.assertEqual(self.state(one).why, "stale: not the same tree")

    def test_an_entry_is_stale_when_a_file_became_executable(self) -> None:
        one = self.sets[0]
        self.keep(one)
        (one.directory / "Makefile").chmod(0o755)
        self.assertEqual(self.state(one).why, "stale: not the same tree")

    def test_an_entry_is_stale_when_a_proving_script_changed(self) -> None:
        one = self.sets[0]
        self.keep(one)
        scripts = ledger.proving_scripts("django-gitops")
        with mock.patch.object(ledger, "proving_scripts", return_value=scripts[1:]):
            self.assertEqual(self.state(one).why, "stale: not the same scripts")

    def test_an_entry_is_stale_when_images_come_from_elsewhere(self) -> None:
        one = self.sets[0]
        self.keep(one)
        helper = self.scratch / "images" / "provide"
        helper.parent.mkdir()
        helper.write_text("#!/bin/sh\n", encoding="utf-8")
        with mock.patch.dict(os.environ, {"STANDIN_IMAGES": str(helper)}):
            self.assertEqual(self.state(one).why, "stale: not the same images")
            self.keep(one)
            self.assertEqual(self.state(one).why, "")
            self.assertNotIn(str(self.scratch), self.book.place(one).read_text(encoding="utf-8"))
            helper.write_text("#!/bin/sh\n# changed\n", encoding="utf-8")
            self.assertEqual(self.state(one).why, "stale: not the same images")

    def test_an_entry_that_was_edited_is_refused(self) -> None:
        one = self.sets[0]
        changes: tuple[dict[str, Any], ...]
        changes = ({"seconds": 1}, {"date": "2020-01-01T00:00:00Z"}, {"commit": "0"}, {"inputs": {}}, {"shown": {}})
        for change in changes:
            with self.subTest(change):
                self.keep(one)
                self.edit(one, seal=False, **change)
                found = self.state(one)
                self.assertTrue(found.forged)
                self.assertIn("it was edited", found.why)

    def test_an_entry_that_shows_less_than_a_proof_must_is_refused_whatever_its_digest(self) -> None:
        one = self.sets[0]
        self.keep(one)
        shown = self.entry(one).shown
        for left in ({}, {check: note for check, note in shown.items() if not check.startswith("apply ")}):
            with self.subTest(checks=len(left)):
                self.edit(one, seal=True, shown=left)
                found = self.state(one)
                self.assertTrue(found.forged)
                self.assertIn(f"it does not show `apply {one.label} production`", found.why)

    def test_an_entry_of_another_set_is_refused(self) -> None:
        one, other = self.sets[:2]
        self.keep(one)
        self.book.place(other).write_bytes(self.book.place(one).read_bytes())
        self.assertIn(f"it is of {one.label}", self.state(other).why)

    def test_what_is_no_entry_is_refused(self) -> None:
        one = self.sets[0]
        self.keep(one)
        for text in ("", "[]", "{}", json.dumps({**asdict(self.entry(one)), "shown": ["up"]})):
            with self.subTest(text[:10]):
                self.book.place(one).write_text(text, encoding="utf-8")
                self.assertTrue(self.state(one).forged)

    def test_a_run_that_failed_or_skipped_leaves_no_entry(self) -> None:
        one = self.sets[0]
        for list_of in ("failures", "skips"):
            with self.subTest(list_of):
                results = self.results(one)
                getattr(results, list_of).append(f"smoke {one.label}")
                said = self.book.keep(one, ledger.inputs(one), results)
                self.assertEqual(said, [f"`smoke {one.label}` did not pass"])
                self.assertFalse(self.book.proofs.exists())

    def test_a_set_that_fails_loses_its_entry_and_one_that_can_not_run_keeps_it(self) -> None:
        one = self.sets[0]
        self.keep(one)
        check = f"smoke {one.label}"
        self.book.keep(one, ledger.inputs(one), replace(self.results(one), skips=[check]))
        self.assertEqual(self.state(one).why, "")
        self.book.keep(one, ledger.inputs(one), replace(self.results(one), failures=[check]))
        self.assertEqual(self.state(one).why, "no entry")

    def test_a_run_that_shows_too_little_leaves_no_entry(self) -> None:
        one = self.sets[0]
        results = self.results(one)
        del results.passed[f"down {one.label}"]
        self.assertEqual(self.book.keep(one, ledger.inputs(one), results), [f"`down {one.label}` was not shown"])
        self.assertFalse(self.book.proofs.exists())

    def test_a_run_whose_figures_name_a_place_leaves_no_entry(self) -> None:
        one = self.sets[0]
        for place in ("/root/cache/x", "https://registry.internal/x"):
            results = self.results(one)
            results.passed[f"up {one.label}"] = f"from {place}"
            said = self.book.keep(one, ledger.inputs(one), results)
            self.assertIn("a place of one machine", said[0])
        self.assertFalse(self.book.proofs.exists())

    def test_an_entry_holds_nothing_of_another_set(self) -> None:
        one, other = self.sets[:2]
        both = self.results(one)
        both.add(replace(self.results(other), failures=[f"smoke {other.label}"]))
        self.assertEqual(self.book.keep(one, ledger.inputs(one), both), [])
        self.assertEqual(set(self.entry(one).shown), set(self.results(one).passed))

    def test_the_oldest_entry_is_proved_anew_and_the_others_are_counted_by_the_ledger(self) -> None:
        for one, date in zip(self.sets, ("2026-03-02", "2026-03-01", "2026-03-03"), strict=True):
            self.keep(one, f"{date}T00:00:00Z")
        due, results = self.chosen()
        self.assertEqual((due, results.not_run, results.passed), (["minimal"], {"ledger": 2}, {}))
        self.keep(self.sets[1])
        self.assertEqual(self.chosen()[0], ["contrast"])

    def test_what_does_not_stand_is_proved_beside_the_oldest(self) -> None:
        for one, date in zip(self.sets[:2], ("2026-03-02", "2026-03-01"), strict=True):
            self.keep(one, f"{date}T00:00:00Z")
        due, results = self.chosen()
        self.assertEqual((due, results.not_run), (["minimal", "small"], {"ledger": 1}))

    def test_all_1_proves_everything(self) -> None:
        for one in self.sets:
            self.keep(one)
        with mock.patch.dict(os.environ, {"ALL": "1"}):
            due, results = self.chosen()
        self.assertEqual((due, results.not_run), (["contrast", "minimal", "small"], {}))

    def run_of(self, what: set[str], *failing: str) -> Results:
        """What the command reports when each part, in a process of its own, shows its share."""

        def jobs(_what: set[str], made: list[Rendered], _scratch: Path, _report: Report) -> dict[str, command.Job]:
            def part(of_cluster: bool, report: Report) -> None:
                for one in made:
                    for check in sorted(self.results(one).passed):
                        if check.startswith(("apply", "unknown")) == of_cluster:
                            report.problems(check, ["broken"] if one.item.name in failing else [])

            return {"kube": partial(part, True), "docker": partial(part, False)}

        report = Report()
        with contextlib.redirect_stdout(io.StringIO()), mock.patch.object(command, "jobs", jobs):
            command.prove(what, self.sets, self.book, self.scratch, report)
        return report.results

    def test_a_run_writes_entries_that_the_next_run_counts(self) -> None:
        first = self.run_of(command.BOTH)
        self.assertEqual((first.not_run, first.failures), ({}, []))
        second = self.run_of(command.BOTH)
        self.assertEqual(second.not_run, {"ledger": 2})
        self.assertEqual(len(second.passed), len(self.results(self.sets[0]).passed))

    def test_a_run_in_which_a_set_fails_writes_the_entries_of_the_others(self) -> None:
        self.run_of(command.BOTH, "minimal")
        states = {one.item.name: self.state(one).why for one in self.sets}
        self.assertEqual(states, {"contrast": "", "minimal": "no entry", "small": ""})

    def test_a_run_of_one_part_neither_reads_nor_writes_the_ledger(self) -> None:
        self.run_of({"docker"})
        self.assertFalse(self.book.proofs.exists())
        self.run_of(command.BOTH)
        self.assertEqual(self.run_of({"docker"}).not_run, {})

    def test_entries_of_no_option_set_are_named(self) -> None:
        self.keep(self.sets[0])
        self.assertEqual(self.book.orphans({self.sets[1].label}), ["django-gitops/contrast.json"])

    def test_the_digest_of_the_scripts_covers_every_module_that_a_proof_loads(self) -> None:
        program = (
            "import sys; from scripts.prove import __main__, scenarios; scenarios.checks('django-gitops')\n"
            "for name, module in sys.modules.items():\n    if name.startswith('scripts.'): print(module.__file__)"
        )
        asked = run([sys.executable, "-c", program], cwd=ROOT)
        loaded = {Path(line) for line in asked.stdout.split()}
        self.assertGreater(len(loaded), 20, asked.output)
        self.assertEqual(loaded - set(ledger.proving_scripts("django-gitops")), set())

    def test_a_scenario_of_another_blueprint_changes_no_digest(self) -> None:
        names = {file.name for file in ledger.proving_scripts("django-gitops")}
        self.assertIn("django_gitops.py", names)
        self.assertIn("worker-off.patch", names)
        self.assertNotIn("go_platform.py", names)
        self.assertNotIn("load-elsewhere.patch", names)


if __name__ == "__main__":
    unittest.main()
