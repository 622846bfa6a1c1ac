"""Damaged and malicious files of a model or a collection, and a count of what they do to the library.

Run ``python -m benchmarks.mutations``. Each mutation is written into a copy of a bundled collection, whose manifest is sealed
again, as a stranger would do it. The collection is then opened and searched. It must work, or raise a ``DeviseError``.
"""

from __future__ import annotations

import argparse
import collections
import io
import json
import os
import random
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.collections.export import as_zip
from devise_core.engine import Engine, load_engine
from devise_core.errors import DeviseError
from devise_core.search.annoy_index import AnnoyIndex
from devise_core.storage.manifest import NAME, Manifest, sha256_of
from devise_core.storage.paths import CollectionLayout

SLOWEST = 5.0  # seconds of CPU
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
}


def copy_of(folder: Path, target: Path) -> Path:
    """Copy a collection. Each file is a hard link where the file system allows one, so never write into one."""
    try:
        return Path(shutil.copytree(folder, target, copy_function=os.link))
    except shutil.Error:  # another file system
        return Path(shutil.copytree(folder, target, dirs_exist_ok=True))


def mutate(folder: Path, name: str, mutation: str, chance: random.Random) -> None:
    """Replace a file of ``folder`` with a mutation of it, and seal the manifest again unless it is the manifest."""
    path, manifest = folder / name, Manifest.read(folder)
    data = MUTATIONS[mutation](path.read_bytes(), chance)
    path.unlink()
    path.write_bytes(data)
    if name != NAME:
        entry = manifest.files[name]
        manifest.files[name] = replace(entry, sha256=sha256_of(path), bytes=len(data), shape=_shape(data) or entry.shape)
        (folder / NAME).unlink()
        manifest.write()


def _shape(data: bytes) -> tuple[int, ...]:
    """Return the shape of an ``.npy`` file, or () if ``data`` is something else."""
    with suppress(Exception):  # a mutated header can make NumPy raise anything
        return tuple(np.load(io.BytesIO(data), allow_pickle=False).shape)
    return ()


def with_forests(folder: Path, target: Path) -> Path:
    """Copy a collection and let the copy search with Annoy, so that its forests are opened too."""
    copy = copy_of(folder, target)
    manifest, layout = Manifest.read(copy), CollectionLayout(copy)
    for vectors, forest in ((layout.embeddings, layout.embedding_index), (layout.features, layout.feature_index)):
        forest.unlink(missing_ok=True)
        AnnoyIndex.build(np.load(vectors).astype(np.float32), forest)
        manifest.add(forest, "a benchmark")
    manifest.about["index"] = AnnoyIndex.name
    (copy / NAME).unlink()
    manifest.write()
    return copy


def use(engine: Engine, folder: Path) -> None:
    """Open a collection and do with it what the pages do. Raises what that raises."""
    opened = engine.on(folder)
    opened.collection.verify()
    matches = opened.matches(opened.query("dog"))
    hits = opened.hits(matches.ranking[:5])
    as_zip(opened.collection, hits)
    opened.collection.embedding_index.search(opened.query("dog").vector, 5)
    opened.collection.feature_index.search(opened.collection.features[0] / np.linalg.norm(opened.collection.features[0]), 5)
    projections = opened.collection.projections
    for name in projections.places:
        projections.place(name, opened.query("dog").vector, opened.collection.embeddings)


def outcome(use: Callable[[Path], None], folder: Path) -> str:
    """Return "works", "refused", or the name of the exception that must not be."""
    try:
        use(folder)
    except DeviseError:
        return "refused"
    except Exception as error:
        return f"raw {type(error).__name__}: {error}"
    return "works"


def try_mutations(source: Path, use: Callable[[Path], None], root: Path, names: Sequence[str], options: argparse.Namespace) -> None:
    """Mutate one file of ``source`` at a time, ``use`` the copy, and print how that ended.

    Args:
        source: A folder with a manifest.
        use: Opens a copy of it and uses it.
        root: Where to make the copies.
        names: The files to mutate.
        options: The command's, with ``count`` and ``seed``.
    """
    use(source)  # what is loaded once is not counted as slow
    counts, chance = collections.Counter[str](), random.Random(options.seed)
    for number in range(options.count):
        folder = copy_of(source, root / "copy")
        name, mutation = chance.choice(names), chance.choice(list(MUTATIONS))
        mutate(folder, name, mutation, random.Random(number))
        start = time.process_time()
        ended = outcome(use, folder)
        ended = ended if time.process_time() - start < SLOWEST else f"slow {ended}"
        counts[ended.split(" ")[0]] += 1
        if ended.startswith(("raw", "slow")):
            print(f"{number} {name} {mutation}: {ended}", flush=True)
        shutil.rmtree(folder)
    print(f"{options.count} mutations: " + ", ".join(f"{ending} {count}" for ending, count in sorted(counts.items())))


def parsed(description: str | None, count: int) -> argparse.Namespace:
    """Return the options ``--count`` and ``--seed``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def main() -> None:
    """Try mutations of every file of a bundled collection, and print how they ended."""
    options, engine = parsed(__doc__, 5_000), load_engine()
    with tempfile.TemporaryDirectory() as temporary:
        source = with_forests(engine.collections()["photos"], Path(temporary) / "source")
        names = [NAME, *Manifest.read(source).files]
        try_mutations(source, partial(use, engine), Path(temporary), names, options)


if __name__ == "__main__":
    main()
