"""Ways in which a file of a model or a collection can be damaged or malicious."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.table_mutations import changed_by_sql, is_database

Mutation = Callable[[bytes, random.Random], bytes]


def _flipped(data: bytes, chance: random.Random) -> bytes:
    content = bytearray(data)
    for _ in range(chance.choice((1, 8, 200))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def _inserted(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    piece = chance.choice(
        (b"\0" * 64, b"\xff" * 200, b'"', b"\n", b",,,", b"=1+1", "\u202e".encode(), b"x" * 200_000, b"../../etc/passwd")
    )
    return data[:place] + piece + data[place + chance.choice((0, len(piece))) :]


def _shuffled_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    return b"\n".join(chance.sample(lines, chance.randrange(len(lines)) + 1))


def _other_array(data: bytes, chance: random.Random) -> bytes:
    """Return an array that is wrong in one way."""
    if data[:2] == b"PK":
        return _archive(data, chance)
    try:
        rows = np.atleast_1d(np.load(io.BytesIO(data), allow_pickle=False))
    except (ValueError, OSError, EOFError):
        return _flipped(data, chance)
    if not rows.size:
        return _flipped(data, chance)
    poisoned = rows.astype(np.float32)
    poisoned.flat[chance.randrange(rows.size)] = chance.choice((np.nan, np.inf, -np.inf, 1e38))
    ways: tuple[Callable[[], Any], ...] = (
        lambda: poisoned,
        lambda: np.zeros_like(rows),
        lambda: rows[:, : rows.shape[1] // 2] if rows.ndim == 2 else rows[:1],
        lambda: rows[: len(rows) // 2],
        lambda: rows[:0],
        lambda: rows.astype(np.complex64),
        lambda: rows.astype("U4"),
        rows.ravel,
        lambda: rows[None],
        lambda: np.float32(3),
        lambda: np.full_like(rows, 127 if rows.dtype.kind == "i" else -1),
    )
    np.save(buffer := io.BytesIO(), chance.choice(ways)())
    return buffer.getvalue()


def objects(count: int) -> bytes:
    """Return an ``.npy`` file of objects, which only unpickling can read."""
    header = {"descr": "|O", "fortran_order": False, "shape": (count,)}
    np.lib.format.write_array_header_1_0(buffer := io.BytesIO(), header)
    return buffer.getvalue() + b"\x80\x04]\x94."


def _other_header(data: bytes, chance: random.Random) -> bytes:
    """Return an ``.npy`` file whose header lies about the shape."""
    shape = chance.choice((b"(-1, 100)", b"(999999999999, 100)", b"(0, 0)", b"('a', 3)", b"(((((((((1)))))))))", b"(" * 5_000))
    if b"'shape'" not in data[:200]:
        return chance.choice((objects(3), _flipped(data, chance)))
    return data.replace(data[data.find(b"(") : data.find(b")") + 1], shape, 1)


def _other_json(data: bytes, chance: random.Random) -> bytes:
    """Return a manifest in which one value is another kind of value, or one that cannot be parsed."""
    texts = (b'{"schema": Infinity, "files": {}}', b"[" * 100_000, b"{}" * 2, b"\xff\xfe{", b'{"schema": 1e999}')
    if chance.random() < 0.4:
        return chance.choice(texts)
    content = json.loads(data)
    node: Any = content
    while True:
        key = chance.choice(list(node))
        if not isinstance(node[key], dict) or not node[key] or chance.random() < 0.2:
            break
        node = node[key]
    node[key] = chance.choice((None, [], {}, "", "x" * 1000, -1, 1 << 70, 1e308, True, "\ud800", "../..", {"a": [1]}))
    return json.dumps(content).encode()


def _archive(data: bytes, chance: random.Random) -> bytes:
    """Return an ``.npz`` file with one member missing, or with a member that unpacks to far more than it holds."""
    buffer = io.BytesIO()
    try:
        members = {
            info.filename: zipfile.ZipFile(io.BytesIO(data)).read(info) for info in zipfile.ZipFile(io.BytesIO(data)).infolist()
        }
    except (zipfile.BadZipFile, OSError):
        return data[: len(data) // 2]
    name = chance.choice(list(members))
    way = chance.randrange(3)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            if member != name:
                archive.writestr(member, content)
            elif way == 1:
                archive.writestr(member, _other_array(content, chance))
            elif way == 2:
                archive.writestr(member, b"\0" * 50_000_000)
    return buffer.getvalue()


MUTATIONS: dict[str, Mutation] = {
    "cut": lambda data, chance: data[: chance.randrange(len(data))],
    "empty": lambda _data, _chance: b"",
    "zeros": lambda data, _chance: bytes(len(data)),
    "noise": lambda data, chance: chance.randbytes(chance.choice((1, 100, len(data)))),
    "flipped": _flipped,
    "inserted": _inserted,
    "lines": _shuffled_lines,
    "array": _other_array,
    "header": _other_header,
    "json": lambda data, chance: _other_json(data, chance) if data[:1] == b"{" else _inserted(data, chance),
    "archive": _archive,
    "sql": lambda data, chance: changed_by_sql(data, chance) if is_database(data) else _flipped(data, chance),
}
