"""``collections``: list, show, rename, remove and export collections."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from devise_core.cli.output import add_json, counted, print_json, say
from devise_core.cli.shared_options import add_artifacts, artifacts_of
from devise_core.cli.tables import FORMATS, check_format, write_table
from devise_core.collections.base import Collection
from devise_core.collections.dataset_export import LAYOUTS, export_data_set
from devise_core.collections.finding import unlisted
from devise_core.collections.folder import FolderCollection
from devise_core.collections.milvus.names import PREFIX
from devise_core.collections.opening import open_collection
from devise_core.collections.user_folder import remove_collection, rename_collection
from devise_core.engine import load_engine
from devise_core.errors import ArtifactError, CollectionError, MissingPackageError, OtherModelError
from devise_core.installation import PROGRAM
from devise_core.search.registry import unnamed_index
from devise_core.settings import text

_FREQUENT = 8
_TEXTS = ("category", "caption", "author", "licence", "source", "taken")


def add_parsers(commands: Any) -> None:
    """Add the command and its actions to the subparsers ``commands``."""
    command = commands.add_parser(
        "collections",
        help="list, show, rename, remove and export collections",
        description="List the collections and how many images each one has, or show, rename, remove or export one of them.",
    )
    _add_shared(command)
    command.set_defaults(run=_list)
    actions = command.add_subparsers(metavar="ACTION")
    _add_action(actions, "list", "list the collections and how many images each one has", _list)
    _add_action(actions, "show", "show what is known about a collection", _show, named=True)
    rename = _add_action(actions, "rename", "give a collection that you made another name", _rename, named=True)
    rename.add_argument("new_name", metavar="NEW_NAME", help="its new name")
    remove = _add_action(actions, "remove", "delete a collection that you made, not its images", _remove, named=True)
    remove.add_argument("--yes", action="store_true", help="do not ask")
    export = _add_action(actions, "export", "write labels, captions and vectors to a table, or a data set", _export, named=True)
    export.add_argument(
        "--out", type=Path, metavar="PATH", required=True, help=f"the table ({', '.join(FORMATS)}), or the new folder of --layout"
    )
    export.add_argument("--layout", choices=LAYOUTS, help="write a data set with its images, for another program")
    export.add_argument("--no-vectors", action="store_true", help="leave the embeddings out of the table")


def _add_shared(command: argparse.ArgumentParser) -> None:
    add_artifacts(command)
    add_json(command)


def _add_action(actions: Any, name: str, purpose: str, run: Any, named: bool = False) -> argparse.ArgumentParser:
    """Add an action. An option that is not given after the action keeps the value that was given before the action."""
    action: argparse.ArgumentParser = actions.add_parser(
        name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.", argument_default=argparse.SUPPRESS
    )
    if named:
        action.add_argument("name", metavar="NAME", help="the name of the collection")
    action.add_argument("--artifacts", metavar="FOLDER", help="the folder of the model")
    action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object instead of text")
    action.set_defaults(run=run)
    return action


def _list(options: argparse.Namespace) -> None:
    engine = load_engine(options.artifacts)
    counts, others = dict[str, int](), dict[str, int]()
    for name in engine.collections():
        try:
            try:
                counts[name] = len(engine.on(name).collection)
            except OtherModelError:
                others[name] = len(open_collection(name, engine.layout, ""))
        except (ArtifactError, CollectionError) as error:
            say(f"semblance: {name} cannot be opened. {error}")
    if problem := unlisted():
        say(f"semblance: {problem}")
    for name, (count, model_id) in _counts_in_milvus().items():
        (others if engine.model_id and model_id not in ("", engine.model_id) else counts)[name] = count
    if options.json:
        print_json({"command": "collections", "collections": counts, "other_models": others})
        return
    for name, count in counts.items():
        print(f"{count:6d}  {name}")
    for name, count in others.items():
        print(f"{count:6d}  {name}  (made with another model: --artifacts FOLDER opens it)")


def _counts_in_milvus() -> dict[str, tuple[int, str]]:
    """Return how many images each collection of the configured Milvus server has, and the id of its model ("" if unknown).

    The result is empty if no server is configured or the server does not answer.
    """
    if not text("milvus_uri"):
        return {}
    from devise_core.collections.milvus.connection import MilvusConnection
    from devise_core.collections.milvus.facts import read_beginning
    from devise_core.collections.milvus.listing import shown_versions

    try:
        connection = MilvusConnection.configured()
        return {
            name: (connection.count(version.images), str(read_beginning(connection, version).get("model", "")))
            for name, version in shown_versions(connection).items()
        }
    except (CollectionError, MissingPackageError) as error:
        say(f"semblance: {error}")
        return {}


def _show(options: argparse.Namespace) -> None:
    facts = _facts_in_milvus(options.name) if options.name.startswith(PREFIX) else _facts_of(_opened(options))
    if options.json:
        print_json({"command": "collections show", **facts})
        return
    if "bytes" in facts:
        facts["bytes"] = f"{facts['bytes'] / 1e6:.1f} MB"
    for counted_by in ("labels", "years"):
        facts[counted_by] = ", ".join(f"{name} {count}" for name, count in facts[counted_by].items())
    for name, value in facts.items():
        if value != "":
            print(f"{name:<12} {value}")


def _facts_of(collection: FolderCollection) -> dict[str, Any]:
    labels: dict[str, int] = {}
    for item in collection.items:
        for label in item.labels[:1]:
            labels[label] = labels.get(label, 0) + 1
    frequent = sorted(labels, key=lambda label: (-labels[label], label))[:_FREQUENT]
    return _described(collection, collection.layout.root) | {
        "bytes": sum(entry.bytes for entry in collection.manifest.files.values()),
        "index": str(collection.facts.get("index") or unnamed_index(len(collection))),
        "model": str(collection.facts.get("model", "")),
        "labels": {label: labels[label] for label in frequent},
        **_years(collection),
    }


def _facts_in_milvus(name: str) -> dict[str, Any]:
    """Return the facts of a collection in Milvus. The folder holds its thumbnails. The size in bytes is not known."""
    from devise_core.collections.milvus.collection import MilvusCollection

    collection = MilvusCollection.open(name)
    return _described(collection, collection.store.thumbnails.folder) | {
        "index": f"Milvus at {collection.store.connection.shown}",
        "model": collection.store.model_id,
        "labels": collection.facets("label", _FREQUENT),
        **_years(collection),
    }


def _years(collection: Collection) -> dict[str, dict[str, int]]:
    """Return the years in which the photos were taken, in order, each with the number of its photos."""
    return {"years": dict(sorted(collection.facets("year").items()))}


def _described(collection: Collection, folder: Path) -> dict[str, Any]:
    return {
        "name": collection.name,
        "title": collection.title,
        "description": collection.description,
        "folder": str(folder),
        "images": len(collection),
    }


def _rename(options: argparse.Namespace) -> None:
    if options.name.startswith(PREFIX):
        raise CollectionError(
            f"A collection in Milvus cannot be renamed. Copy it with `{PROGRAM} copy {options.name} {PREFIX}NEW_NAME`, then remove "
            f"it with `{PROGRAM} collections remove {options.name}`."
        )
    folder = rename_collection(options.name, options.new_name, artifacts_of(options).root)
    if options.json:
        print_json({"command": "collections rename", "name": options.name, "new_name": options.new_name, "folder": str(folder)})
        return
    print(f"{options.name} is now called {options.new_name}.")


def _remove(options: argparse.Namespace) -> None:
    if not getattr(options, "yes", False):
        if not sys.stdin.isatty():
            raise CollectionError("Nobody can be asked whether to remove the collection. Add --yes to remove it without asking.")
        if input(f"Remove the collection {options.name}? The images it was made from stay. [y/N] ").strip().lower() != "y":
            say("semblance: Nothing was removed.")
            return
    if options.name.startswith(PREFIX):
        from devise_core.collections.milvus.removing import remove_milvus_collection

        remove_milvus_collection(options.name.removeprefix(PREFIX))
    else:
        remove_collection(options.name, artifacts_of(options).root)
    if options.json:
        print_json({"command": "collections remove", "name": options.name})
        return
    print(f"The collection {options.name} was removed.")


def _export(options: argparse.Namespace) -> None:
    if layout := getattr(options, "layout", None):
        if getattr(options, "no_vectors", False):
            raise CollectionError("--no-vectors leaves a column out of a table, so leave out --no-vectors or --layout.")
        collection = _opened(options)
        export_data_set(collection, options.out, layout)
    else:
        check_format(options.out)
        collection = _opened(options)
        _write_items(collection, options)
    if options.json:
        facts = {"name": collection.name, "out": str(options.out), "images": len(collection)}
        print_json({"command": "collections export", **facts})
        return
    print(f"{options.out}: {counted(len(collection), 'image')} of {collection.name}")


def _write_items(collection: FolderCollection, options: argparse.Namespace) -> None:
    items = collection.items
    columns: dict[str, Any] = {
        "id": [item.id for item in items],
        "file": [str(collection.layout.root / item.file) for item in items],
        "original": [str(item.original or "") for item in items],
        "labels": ["|".join(item.labels) for item in items],
        **{name: [getattr(item, name) for item in items] for name in _TEXTS},
    }
    if not getattr(options, "no_vectors", False):
        columns["embedding"] = list(collection.embeddings)
    write_table(options.out, columns)


def _opened(options: argparse.Namespace) -> FolderCollection:
    """Open the collection whatever its model, so that a collection of another model can be shown and exported too."""
    return open_collection(options.name, artifacts_of(options), "")
