"""The main job as a story on the local AWS: what a person types, and what AWS Backup is asked to do for it.

Every claim that the story makes is checked against the record of API calls; one that does not hold ends it.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.text import Text

from backup_apps.domain.cards.layout import MOST_LINES
from backup_apps.domain.commits import Version
from backup_apps.domain.wording import spoken_span
from backup_apps.offline_wiring import archive_of
from backup_apps_local import stack
from backup_apps_local.clients import client
from backup_apps_local.console import PLACE, TABLE_ARN, MemberConsole, wait
from backup_apps_local.inbox import Inbox
from backup_apps_local.issuer import LocalIssuer
from backup_apps_local.stage import Stage, named, writes
from backup_apps_local.uploads import Uploads
from backup_apps_local.world import HUB

EXAMPLE = Path(__file__).parents[2] / "examples" / "acme"
BROKEN, UNSIGNED = Version("acme", "5"), Version("acme", "6")
PAYMENTS, KEPT = "apps/prod/payments.yaml", 70
WATCHED = """\
spec:
  selfHeal: true
  policy:
    verification: {schedule: cron(0 6 ? * MON *), maxAge: 7d}
"""
"""How the bundle of the story asks for what the example does not: healing, and a rehearsal each week."""
WHY = "the restore role may not use the key of the recovery point"


class Demo(Stage):
    """The story, step by step."""

    def play(self) -> None:
        """Raises DemoError where something does not hold."""
        self._start()
        self._commit()
        self._commit_unchanged()
        self._change_a_child()
        self._weaken()
        self._break_the_bundle()
        self._go_around_the_pipeline()
        self._back_up()
        self._shorten_in_the_console()
        self._fail_a_restore()
        self._verify_weekly()
        self._close()

    def _start(self) -> None:
        self._chapter("An AWS on this machine: a hub, two members, two regions, IAM enforced")
        stack.down()
        document = stack.up(lambda line: self.terminal.print(f"  {line}", style="dim"))
        self.endpoint, self.outputs = document["endpoint"], document["hub"]["outputs"]
        self.inbox = Inbox(self.endpoint, self.outputs["AlertTopic"])
        self.uploads = Uploads(LocalIssuer(self.endpoint, stack.STATE), self.outputs)
        self.console = MemberConsole(self.endpoint, self.outputs)
        shutil.copytree(EXAMPLE, self.bundle)
        payments = self.bundle / PAYMENTS
        payments.write_text(payments.read_text().replace("spec:\n  policy:\n", WATCHED))

    def _commit(self) -> None:
        self._chapter("The first commit: a bundle of YAML becomes vaults, plans and selections")
        self._run("validate", str(self.bundle))
        self._run("diff", str(self.bundle))
        calls = self._calls_of(lambda: self._run("push", str(self.bundle), "--version", "1"))
        self._tell("first commit", f"{named(writes(calls))} in 2 accounts and 2 regions")

    def _commit_unchanged(self) -> None:
        self._chapter("The same bundle again: nothing to do, so nothing is written")
        calls = self._calls_of(lambda: self._run("push", str(self.bundle), "--version", "2"))
        self._hold(not writes(calls), f"an unchanged bundle wrote: {named(writes(calls))}")
        self._tell("unchanged commit", f"{len(calls)} read calls, 0 write calls")

    def _change_a_child(self) -> None:
        self._chapter("A child changes one line: payments keeps 100 days instead of 70")
        self._edit("apps/prod/payments.yaml", "delete: 70d", "delete: 100d")
        path = "policy.plans.daily.rules.nightly.retention.delete"
        self._run("diff", str(self.bundle))
        self._run("explain", str(self.bundle), "payments", path)
        calls = self._calls_of(lambda: self._run("push", str(self.bundle), "--version", "3"))
        names = [call["operation"] for call in writes(calls)]
        self._hold(names == ["UpdateBackupPlan"], f"one change should be one write, not {names}")
        self._tell("a child's change", f"{named(writes(calls))}, and nothing else")

    def _weaken(self) -> None:
        self._chapter("Shorter retention: it weakens protection, so it waits for somebody else than who proposed it")
        self._edit("apps/prod/payments.yaml", "delete: 100d", "delete: 70d")
        calls = self._calls_of(lambda: self._run("push", str(self.bundle), "--version", "4"))
        self._hold(not writes(calls), "what nobody approved was written")
        self._show_alert(Version("acme", "4"))
        digest = self._digest_of("4")
        self._run("approve", "acme", "4", "--digest", digest, "--as", "alice", expected=1)
        calls = self._calls_of(lambda: self._approve_as_bob(digest))
        names = [call["operation"] for call in writes(calls)]
        self._hold(names == ["UpdateBackupPlan"], f"one approved change should be one write, not {names}")
        self._tell("shorter retention", "waited, refused alice who proposed it, written when bob approved it")

    def _digest_of(self, version: str) -> str:
        """What people read in the change set: the digest that their decision is bound to."""
        s3 = client(self.endpoint, "s3", HUB)
        key = f"changes/acme/{version}/change-set.json"
        stored = s3.get_object(Bucket=self.outputs["StateBucket"], Key=key)["Body"].read()
        return str(json.loads(stored)["digest"])

    def _approve_as_bob(self, digest: str) -> None:
        self._run("approve", "acme", "4", "--digest", digest, "--as", "bob", "--reason", "agreed in the review")
        self._run("status", "acme", "--version", "4", "--wait")

    def _break_the_bundle(self) -> None:
        self._chapter("A broken bundle, pushed without a look: rejected, and on-call is told")
        self._edit("apps/dev.yaml", "delete: 14d", "delete: 14")
        self._run("validate", str(self.bundle), expected=1)
        self._show_copy("acme.zip.attestation.json", BROKEN.attestation_key)
        self._show_copy("acme.zip", BROKEN.key)
        calls = self._calls_of(lambda: self._told(BROKEN, self.uploads.signed))
        self._run("status", "acme", "--version", BROKEN.version)
        alert = self._show_alert(BROKEN)
        self._hold(not writes(calls), "a rejected bundle wrote")
        self._hold("apps/dev.yaml:" in alert, "the alert does not name the file and line")
        self._tell("broken bundle", "rejected with file and line, 1 alert, 0 write calls")

    def _go_around_the_pipeline(self) -> None:
        self._chapter("A good bundle, uploaded by hand: nobody approved signed it, so it is not read")
        self._edit("apps/dev.yaml", "delete: 14", "delete: 14d")
        self._show_copy("acme.zip", UNSIGNED.key)
        calls = self._calls_of(lambda: self._told(UNSIGNED, self.uploads.unsigned))
        alert = self._show_alert(UNSIGNED)
        self._hold(not calls, "an unsigned bundle was looked at")
        self._hold("unsigned" in alert, "the alert does not say why")
        self._tell("unsigned bundle", "rejected unread, 1 alert, 0 calls to AWS Backup")

    def _back_up(self) -> None:
        self._chapter("A night passes: payments are backed up, and restored into a sandbox")
        self.console.make_table()
        point = self.console.back_up()
        self._show(f"It is {self.console.now():%A, %H:%M}, and there is {point}")
        self._run("verify", "payments", "--bundle", "acme", "--target", PLACE)
        result = self.console.rehearsed(len(self.console.results()))
        self._hold(result["verdict"] == "verified", f"the restore is {result['verdict']}: {result['findings']}")
        self._tell("a night", "1 recovery point, restored into a sandbox, compared, and cleaned up")

    def _shorten_in_the_console(self) -> None:
        self._chapter("Somebody shortens retention in the console: told, and put back")
        self.terminal.print("\n$ aws backup update-backup-plan … (70 days become 7)", style="bold")
        began = time.monotonic()
        self.console.shorten(7)
        card = self.inbox.wait_for("Drift in acme", timeout=60)
        told = time.monotonic() - began
        wait(lambda: self.console.kept_days() == KEPT, "healing")
        self._show_card(card)
        for answer in (
            f"keeps recovery points 7 days, not {KEPT} days",
            "being put back",
            "UpdateBackupPlan at",
            "bob",
        ):
            self._hold(answer in card, f"the card does not say '{answer}'")
        self._tell("drift", f"told after {told:.1f} s with the actor, put back after {time.monotonic() - began:.1f} s")

    def _fail_a_restore(self) -> None:
        self._chapter("2 a.m.: a restore fails, and the card alone answers")
        point = self.console.points()[0]
        job = self.console.fail_a_restore(point, WHY)
        card = self.inbox.wait_for("payments: restore failed", timeout=60)
        self._show_card(card)
        place = f"{PAYMENTS}:{1 + (self.bundle / PAYMENTS).read_text().split('delete: 70d')[0].count(chr(10))} "
        clean = max(one["at"] for one in self.console.results() if one["verdict"] == "verified")
        verified = f"{datetime.fromisoformat(clean):%Y-%m-%d %H:%M}"
        for question, answer in (
            ("what broke", f"The restore of {TABLE_ARN}"),
            ("the cause", WHY),
            ("the job", job),
            ("the policy", "plans.daily.rules.nightly.retention.delete: 70d"),
            ("its file and line", place),
            ("the commit", "commit:            4 of "),
            ("who approved it", "approved by:       bob"),
            ("the last good point", f"last good point:   {point}"),
            ("the last verification", f"last verified:     {verified}"),
            ("what changed", "changed in 24 h:"),
        ):
            self._hold(answer in card, f"the card does not answer {question}: '{answer}'")
        self._hold(len(card.splitlines()) <= MOST_LINES, f"the card has {len(card.splitlines())} lines")
        said = self._run_as_printed(_next_command(card))
        self._hold(WHY in said, "the next command does not show what failed")
        self._tell("2 a.m.", f"the card of {len(card.splitlines())} lines answers all; its next command ran as printed")

    def _verify_weekly(self) -> None:
        self._chapter("Monday: the weekly verification, with real data")
        before = len(self.console.results())
        self.terminal.print(f"  It is {self.console.run_the_week()}.")
        result = self.console.rehearsed(before)
        self._run("verify", "payments", "--bundle", "acme", "--history")
        self._hold(result["verdict"] == "verified", f"the restore is {result['verdict']}: {result['findings']}")
        took = spoken_span(timedelta(seconds=result["seconds"]))
        self._tell("weekly", f"the table was restored in {took}, and is what was backed up")

    def _told(self, version: Version, upload: Callable[[Version, bytes], None]) -> None:
        """The upload, and on-call knows of it."""
        upload(version, archive_of(self.bundle))
        self.inbox.wait_for(f"acme {version.version}", timeout=60)

    def _show_copy(self, file: str, key: str) -> None:
        self.terminal.print(f"\n$ aws s3 cp {file} s3://{self.outputs['PolicyBucket']}/{key}", style="bold")

    def _show_alert(self, version: Version) -> str:
        alert = self.inbox.wait_for(f"acme {version.version}", timeout=60)
        self.terminal.print("\nThe message that on-call gets:", style="bold")
        self._show(alert)
        return alert

    def _close(self) -> None:
        self._chapter("What happened")
        for step, result in self.summary:
            self.terminal.print(Text.assemble(("  ✓ ", "green"), (f"{step:<18}", "bold"), result))
        self.terminal.print(
            f"\nIt took {time.monotonic() - self.started:.0f} s. The local AWS is still up; look around:\n"
        )
        example = EXAMPLE.relative_to(Path.cwd()) if EXAMPLE.is_relative_to(Path.cwd()) else EXAMPLE
        for command, why in (
            (f"backup-apps render {example}", "what the example asks of each account"),
            (f"backup-apps diff {example}", "what pushing it now would change back"),
            ("backup-apps status", "how far the last commit came"),
            ("backup-apps history acme", "all that happened, as the ledger has it"),
            ("backup-apps local down", "stop it all; nothing is left behind"),
        ):
            self.terminal.print(Text.assemble(("  .venv/bin/" + command, "bold"), f"   # {why}"))


def _next_command(card: str) -> str:
    return next(line.removeprefix("Next: ") for line in card.splitlines() if line.startswith("Next: "))


def play(terminal: Console) -> None:
    """Play the story. Raises DemoError where it does not go as told."""
    with tempfile.TemporaryDirectory() as work:
        Demo(terminal, Path(work)).play()
