"""Variables that nobody declares, children that are lost, names that are taken."""

import random
from copy import deepcopy

from mutations.spots import Data, Files, put, spots, written


def unknown_variable(rng: random.Random, data: Data) -> Files | None:
    """In a variable that every leaf inherits: all of them are resolved, used or not."""
    wrong = ["${nobody}", "${Region}", "${region.name}", "a-${}", "${", "${region", "${${region}}", "${ region }"]
    return written(_with_variables(data, {f"wrong{rng.randrange(100)}": rng.choice(wrong)}))


def circle_of_variables(rng: random.Random, data: Data) -> Files | None:
    names = [f"v{number}" for number in rng.sample(range(100), rng.randint(1, 5))]
    circle = {name: f"x-${{{following}}}" for name, following in zip(names, names[1:] + names[:1], strict=True)}
    return written(_with_variables(data, circle))


def built_in_variable(rng: random.Random, data: Data) -> Files | None:
    name = rng.choice(["account", "region", "app", "bundle"])
    return written(_with_variables(data, {name: f"mine{rng.randrange(100)}"}))


def _with_variables(data: Data, variables: dict[str, str]) -> Data:
    changed = deepcopy(data)
    spec = changed["app.yaml"][0]["spec"]
    spec["variables"] = {**spec.get("variables", {}), **variables}
    return changed


def lost_child(rng: random.Random, data: Data) -> Files | None:
    pattern = rng.choice(
        ["nowhere/*.yaml", "../*.yaml", "/etc/*.yaml", "app.yaml", "*.json", "apps", "..", "a\\b.yaml"]
    )
    changed = deepcopy(data)
    spec = changed["app.yaml"][0]["spec"]
    spec["children"] = [
        *spec.get("children", []),
        f"{pattern}{rng.choice(['', ' '])}" if rng.random() < 0.2 else pattern,
    ]
    return written(changed)


def stray_file(rng: random.Random, data: Data) -> Files | None:
    """A file in a folder of its own, which no pattern of the bundle reaches."""
    if "**" in str(data["app.yaml"][0]["spec"].get("children", "")):
        return None
    app = {"apiVersion": "backup-apps/v1", "kind": "BackupApp", "metadata": {"name": "stray"}, "spec": {}}
    return written({**data, f"lost{rng.randrange(1000)}/app.{rng.choice(['yaml', 'yml'])}": [app]})


def same_name(rng: random.Random, data: Data) -> Files | None:
    apps = [spot for spot in spots(data) if spot.path == ("metadata", "name")]
    if len(apps) < 2:
        return None
    one, other = rng.sample(apps, 2)
    return written(put(data, one, other.value))


MUTATIONS = (unknown_variable, circle_of_variables, built_in_variable, lost_child, stray_file, same_name)
