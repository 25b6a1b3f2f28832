"""How plans are named, and how much they may hold."""

import re
from collections.abc import Iterator

from backup_apps.domain.constraints.rule import Subject, Violation, numbered
from backup_apps.domain.rendering import plan_name

PLAN = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupPlanInput.html"
QUOTAS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html"

LONGEST_NAME = 50


@numbered("B701", PLAN)
def plan_has_rules(subject: Subject) -> Iterator[Violation]:
    for path, plan in subject.plans:
        if not plan.rules:
            yield Violation((*path, "rules"), "a plan needs a rule: write 'rules', or remove the plan")


@numbered("B702", QUOTAS)
def rules_in_quota(subject: Subject) -> Iterator[Violation]:
    quota = subject.catalog.quotas.rules_per_plan
    for path, plan in subject.plans:
        if len(plan.rules) > quota:
            yield Violation((*path, "rules"), f"a plan has {quota} rules at most, this has {len(plan.rules)}: split it")


@numbered("B703", QUOTAS)
def copies_in_quota(subject: Subject) -> Iterator[Violation]:
    quota = subject.catalog.quotas.copies_per_rule
    for path, rule in subject.rules:
        if len(rule.copies) > quota:
            message = f"a rule makes {quota} copies at most, this makes {len(rule.copies)}: split it"
            yield Violation((*path, "copies"), message)


@numbered("B704", QUOTAS)
def selections_in_quota(subject: Subject) -> Iterator[Violation]:
    quota = subject.catalog.quotas.selections_per_plan
    for path, plan in subject.plans:
        if len(plan.selections) > quota:
            message = f"a plan has {quota} selections at most, this has {len(plan.selections)}: split it"
            yield Violation((*path, "selections"), message)


@numbered("B705", PLAN)
def name_fits(subject: Subject) -> Iterator[Violation]:
    for path, plan in subject.plans:
        name = plan_name(plan, subject.app, str(path[-1]))
        if not re.fullmatch(rf"[A-Za-z0-9_.-]{{1,{LONGEST_NAME}}}", name):
            yield Violation(
                path,
                f"the plan is named '{name}' in AWS, which allows {LONGEST_NAME} letters, digits, - _ and ., not "
                f"{len(name)}: shorten the plan's key, or write a 'name'",
            )


@numbered("B706", PLAN)
def names_are_different(subject: Subject) -> Iterator[Violation]:
    first: dict[str, str] = {}
    for path, plan in subject.plans:
        key = str(path[-1])
        other = first.setdefault(plan_name(plan, subject.app, key), key)
        if other != key:
            message = (
                f"the plan '{other}' has the name '{plan_name(plan, subject.app, key)}' already; rename one of them"
            )
            yield Violation((*path, "name") if plan.name else path, message)


PLANS = (plan_has_rules, rules_in_quota, copies_in_quota, selections_in_quota, name_fits, names_are_different)
