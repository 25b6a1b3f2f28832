"""The tagging API of one target, answered from the local AWS Backup service; it can lag behind."""

from collections.abc import Iterator
from typing import Any

from backup_apps_local.backup.service import BackupService


class TagIndex:
    """Stands for a resourcegroupstaggingapi client, of which only GetResources is used."""

    def __init__(self, service: BackupService, account: str, region: str) -> None:
        self._service, self._where = service, (account, region)
        self.calls = 0
        self._frozen: list[tuple[str, dict[str, str]]] | None = None

    def lag(self) -> None:
        """From now on answer with what is there now."""
        self._frozen = self._tagged()

    def get_paginator(self, operation: str) -> "TagIndex":
        assert operation == "get_resources"
        return self

    def paginate(
        self, *, ResourceTypeFilters: list[str], TagFilters: list[dict[str, str]], PaginationConfig: dict[str, int]
    ) -> Iterator[dict[str, Any]]:
        assert ResourceTypeFilters == ["backup:backup-plan", "backup:backup-vault", "backup:restore-testing-plan"]
        (only,) = TagFilters
        self.calls += 1
        tagged = self._tagged() if self._frozen is None else self._frozen
        for arn, tags in tagged:  # one a page: paging must not matter
            if only["Key"] in tags:
                listed = [{"Key": key, "Value": value} for key, value in tags.items()]
                yield {"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": listed}]}

    def _tagged(self) -> list[tuple[str, dict[str, str]]]:
        here = self._service.world.region(*self._where)
        plans = [plan for plan in here.plans.values() if plan.deleted is None]
        tests = here.restore_testing_plans.values()
        return [(one.arn, dict(one.tags)) for one in (*here.vaults.values(), *plans, *tests)]
