"""A bundle of many leaves in four levels below the root, as a large company would have it."""

from pathlib import Path

HEAD = "apiVersion: backup-apps/v1\nkind: BackupApp\n"

ROOT = """\
metadata: {name: root, owner: platform@acme.example}
spec:
  children: ["*/app.yaml"]
  variables: {tier: standard}
  policy:
    role: arn:aws:iam::${account}:role/acme-backup
    vaults:
      primary:
        name: acme-primary
        kmsKey: arn:aws:kms:${region}:${account}:alias/acme-backup
        lock: {mode: governance, min: 7d, max: 7y}
    plans:
      daily:
        rules:
          nightly:
            vault: primary
            schedule: cron(0 3 * * ? *)
            startWindow: 1h
            completeWindow: 8h
            retention: {delete: 35d}
            tags: {tier: "${tier}"}
            copies:
              dr: {to: {region: eu-central-1, vault: acme-dr, external: true}, retention: {delete: 90d}}
  guardrails:
    retention: {min: 14d, max: 7y}
    copies: {crossRegion: true}
    locked: [policy.role]
"""

NODE = """\
metadata: {{name: {name}}}
spec:
  children: ["*/app.yaml"]
  {targets}
  variables: {{tier: {tier}}}
  policy:
    plans:
      daily:
        rules:
          nightly:
            tags: {{"level-{level}": "{name}"}}
"""

LEAF = """\
# The tables of {name}.
metadata: {{name: {name}, owner: team-{number}@acme.example}}
spec:
  variables:
    tier: gold
  policy:
    plans:
      daily:
        rules:
          nightly:
            schedule: cron({minute} 3 * * ? *)
            retention: {{delete: {days}d}}
        selections:
          tables:
            resources: ["arn:aws:dynamodb:*:*:table/{name}-*"]
            exclude: ["arn:aws:dynamodb:*:*:table/{name}-cache"]
          tagged:
            anyTag: {{backup: ["{name}-daily", "{name}"]}}
"""


def write_bundle(folder: Path, leaves: int) -> int:
    """Write a bundle of 1,000 leaves or a multiple, ten branches a level; how many files that is.

    Each branch of the second level is an account, so that no target has more plans than its quota.
    """
    (folder / "app.yaml").write_text(HEAD + ROOT)
    files = 1
    for a in range(10):
        files += _node(folder / f"a{a}", f"a{a}", 1, "")
        for b in range(10):
            targets = f'targets: {{accounts: ["{100_000_000_000 + 10 * a + b}"], regions: [eu-west-1]}}'
            files += _node(folder / f"a{a}" / f"b{b}", f"a{a}-b{b}", 2, targets)
            for c in range(10):
                where = folder / f"a{a}" / f"b{b}" / f"c{c}"
                files += _node(where, f"a{a}-b{b}-c{c}", 3, "")
                files += sum(_leaf(where / f"d{d}", f"a{a}-b{b}-c{c}-d{d}", d) for d in range(leaves // 1000))
    return files


def _node(folder: Path, name: str, level: int, targets: str) -> int:
    tier = ("standard", "bronze", "silver", "gold")[level]
    return _write(folder, NODE.format(name=name, targets=targets or "selfHeal: false", tier=tier, level=level))


def _leaf(folder: Path, name: str, number: int) -> int:
    return _write(folder, LEAF.format(name=name, number=number, minute=number % 60, days=35 + number))


def _write(folder: Path, text: str) -> int:
    folder.mkdir()
    (folder / "app.yaml").write_text(HEAD + text)
    return 1
