"""Text and bytes that YAML, or the YAML of the language, has no meaning for."""

import random

import yaml

from mutations.spots import Data, Files, spots, with_line, written

BROKEN_LINES = [
    'zz: "never closed', "zz: 'never closed", "zz: [a, b", "zz: {a: b", "zz: a]: b", "zz: *nobody", "zz: &a [*a]",
    "zz: !!python/object/apply:os.system [ls]", "zz: !secret x", "<<: {a: b}", "5: x", "true: x", "null: x", "[a]: x",
    "{a: b}: x", "words without a colon", "zz: a: b", "- x", "zz: @x", "zz: `x`", "zz: %x", "\tzz: x", "zz: |x", "]",
    "}", '"zz"x: y', "zz: [a,, b]", "? zz", "zz: {delete:}", "~: x", "1.5: x", "zz: !!binary aGk=",
]  # fmt: skip


def broken_line(rng: random.Random, data: Data) -> Files | None:
    """A line among the keys of a mapping that YAML, or the YAML of the language, has no meaning for."""
    places = [spot for spot in spots(data) if isinstance(spot.value, dict) and spot.value]
    return with_line(data, rng.choice(places), rng.choice(BROKEN_LINES))


def wrong_indentation(rng: random.Random, data: Data) -> Files | None:
    """A key that stands one column right of the line before it, which is complete in itself; or tabs."""
    files = written(data)
    file = rng.choice(list(files))
    lines = files[file].decode().split("\n")
    places = [
        index
        for index in range(1, len(lines))
        if ": " in lines[index] and ": " in lines[index - 1] and "'" not in lines[index - 1] and lines[index][0] == " "
    ]
    if not places:
        return None
    index = rng.choice(places)
    depth = len(lines[index]) - len(lines[index].lstrip())
    before = len(lines[index - 1]) - len(lines[index - 1].lstrip(" -"))
    indent = rng.choice(["\t" * rng.randint(1, 3), " " * (max(depth, before) + 1)])
    lines[index] = indent + lines[index].lstrip()
    return {**files, file: "\n".join(lines).encode()}


def not_utf_8(rng: random.Random, data: Data) -> Files | None:
    files = written(data)
    file = rng.choice(list(files))
    content = files[file]
    noise = rng.choice([b"\xff", b"\xc3\x28", b"\xe2\x82", b"\xf0\x28\x8c\xbc", b"\xed\xa0\x80", b"\xc0\xaf", b"\x80"])
    at = rng.randrange(len(content) + 1)
    return {**files, file: content[:at] + noise + content[at:]}


def control_character(rng: random.Random, data: Data) -> Files | None:
    files = written(data)
    file = rng.choice(list(files))
    content = files[file]
    at = rng.randrange(len(content) + 1)
    return {
        **files,
        file: content[:at] + rng.choice([b"\0", b"\x07", b"\x1b[31m", b"\x7f", b"\xef\xbf\xbf"]) + content[at:],
    }


def noise(rng: random.Random, data: Data) -> Files | None:
    """Random bytes over a part of a file, or its end cut off, where libyaml can no longer read it."""
    files = written(data)
    file = rng.choice(list(files))
    content = bytearray(files[file])
    at = rng.randrange(len(content))
    if rng.random() < 0.3:
        content = content[:at]
    else:
        for index in range(at, min(at + rng.randint(1, 6), len(content))):
            content[index] = rng.choice(b"\t \n:-[]{}&*!|>'\"%@`,?#" + bytes(range(48, 58)) + bytes(range(128, 256)))
    return {**files, file: bytes(content)} if _unreadable(bytes(content)) else None


def _unreadable(content: bytes) -> bool:
    try:
        for _ in yaml.compose_all(content.decode(), yaml.CSafeLoader):
            pass
    except (yaml.YAMLError, UnicodeDecodeError):
        return True
    return False


def too_deep(rng: random.Random, data: Data) -> Files | None:
    depth = rng.randint(70, 3000)
    deep = "[" * depth + "]" * depth if rng.random() < 0.5 else "{a: " * depth + "x" + "}" * depth
    return with_line(data, rng.choice([spot for spot in spots(data) if isinstance(spot.value, dict)]), f"zz: {deep}")


def alias_bomb(rng: random.Random, data: Data) -> Files | None:
    width = rng.randint(5, 9)
    rows = [f"a0: &a0 [{', '.join(['x'] * width)}]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, 12)]
    files = written(data)
    file = rng.choice(list(files))
    return {**files, file: files[file] + ("\n".join(rows) + "\n").encode()}


MUTATIONS = (broken_line, wrong_indentation, not_utf_8, control_character, noise, too_deep, alias_bomb)
