"""Models are built when they are first used: a handler knows fifty and uses five."""

import importlib
import pkgutil
from collections.abc import Iterator

from pydantic import BaseModel

import backup_apps
from backup_apps.domain.policy import Written


def models() -> Iterator[type[BaseModel]]:
    """Of the core, but for those that people write, of which a bundle uses nearly all."""
    for module in pkgutil.walk_packages(backup_apps.__path__, "backup_apps."):
        importlib.import_module(module.name)
    return (model for model in below(BaseModel) if model.__module__.startswith("backup_apps."))


def below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from below(each)


def test_models_wait_until_they_are_used() -> None:
    found = [model for model in models() if not issubclass(model, Written)]
    assert len(found) > 50
    assert [model.__name__ for model in found if not model.model_config.get("defer_build")] == []
