"""Checks of a deployment: the machine, settings, artifacts, collections, write access and uploads."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from devise_core.api.allowed_origins import origins_of
from devise_core.api.keys import read_keys
from devise_core.cli.finding import Finding
from devise_core.cli.machine_checks import check_annoy, check_memory, check_packages, check_processor, check_python
from devise_core.collections.finding import find_collections, unlisted
from devise_core.collections.folder import FolderCollection
from devise_core.errors import ArtifactError, DeviseError, OtherModelError, SettingsError
from devise_core.installation import PROGRAM, install_command
from devise_core.settings import Settings, file, read_settings, text
from devise_core.settings.table import old_variables, unknown_variables
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import REPOSITORY, ArtifactLayout, user_collections
from devise_core.text.phrase_encoder import configured_phrase_encoder
from devise_core.text.word_filter import configured_word_filter
from devise_core.untrusted.decoder_pool import DecoderPool
from devise_core.vision.image_encoder import KerasImageEncoder
from devise_core.vision.runtime_choice import chosen_runtime

_GIF = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def run_checks(artifacts: Path, requirements: Path = REPOSITORY / "requirements.txt") -> Iterator[Finding]:
    """Run every check in turn. A failed check is a finding, not an exception."""
    yield check_python()
    yield from check_packages(requirements)
    yield from check_settings()
    yield check_phrase_encoder(ArtifactLayout(artifacts))
    yield from check_artifacts(ArtifactLayout(artifacts))
    yield from check_collections(ArtifactLayout(artifacts))
    yield check_user_folder()
    yield check_memory()
    if find_spec("annoy") is None or find_spec("pillow_heif") is None:
        yield Finding("images", "note", f"Only text search works. For images, run {install_command('images')}")
        return
    yield check_processor()
    yield check_annoy()
    yield check_decoder()


def check_user_folder() -> Finding:
    """Check that there is a folder for the user's collections, and that it has room."""
    try:
        return check_folder(user_collections())
    except SettingsError as error:
        return Finding("collections folder", "note", str(error))


def check_settings() -> Iterator[Finding]:
    """Check that every environment variable of the app is known, current and allowed, and that the files they name can be read."""
    try:
        values = read_settings()
        configured_word_filter()
        chosen_runtime()
        origins_of(text("api_origins"))
        _check_milvus_address(text("milvus_uri"))
        if keys := file("api_keys"):
            read_keys(keys)
    except DeviseError as error:
        yield Finding("settings", "fix", str(error))
    else:
        fields = Settings.model_fields
        changed = sum(getattr(values, name) != field.default for name, field in fields.items())
        yield Finding("settings", "ok", f"{changed} of {len(fields)} differ from their defaults")
    for old, new in old_variables().items():
        yield Finding("settings", "note", f"{old} is deprecated and stops working in version 0.3. Set {new} instead.")
    for name in unknown_variables():
        yield Finding("settings", "note", f"{name} is not a setting. docs/SETTINGS.md lists all settings.")


def _check_milvus_address(uri: str) -> None:
    if uri and "://" not in uri and not uri.endswith(".db"):
        raise SettingsError(
            f"SEMBLANCE_MILVUS_URI is {uri!r}, but must be an address such as http://localhost:19530, or a file that ends with .db."
        )


def check_phrase_encoder(layout: ArtifactLayout) -> Finding:
    """Check that the phrase encoder opens and that the model can use it."""
    check = "phrase encoder"
    try:
        encoder = configured_phrase_encoder()
        usable = layout.phrase_projection.name in Manifest.read(layout.root).files
    except ArtifactError:  # ``check_artifacts`` reports it
        return Finding(check, "note", "Not checked, because the model does not open.")
    except DeviseError as error:
        return Finding(check, "fix", str(error))
    if encoder is None:
        return Finding(check, "ok", "not used")
    if not usable:
        return Finding(check, "note", f"Not used, because {layout.root} has no {layout.phrase_projection.name}.")
    return Finding(check, "ok", "used for queries of several words")


def check_artifacts(layout: ArtifactLayout) -> Iterator[Finding]:
    """Check that every file of the model has the SHA-256 in the manifest."""
    yield from _verify("artifacts", layout.root)


def check_collections(layout: ArtifactLayout) -> Iterator[Finding]:
    """Check that every collection opens with this model, and that each of its files has the SHA-256 in the manifest."""
    try:
        model = KerasImageEncoder(layout.model, Manifest.read(layout.root)).model_id
    except DeviseError:
        return  # ``check_artifacts`` reports it
    folders = find_collections(layout.root)
    if problem := unlisted():
        yield Finding("collections", "fix", problem)
    if folders and (first := text("default_collection")) and first not in folders:
        yield Finding("collections", "note", f"SEMBLANCE_DEFAULT_COLLECTION is {first!r}, but there is no such collection.")
    if not folders:
        yield Finding("collections", "note", f"There are no collections. Make one with `{PROGRAM} index FOLDER --name NAME`.")
    for name, folder in folders.items():
        try:
            FolderCollection.open(folder, model)
        except OtherModelError as error:  # a collection of the operator may have been made with the operator's own model
            bundled = folder.parent == layout.collections
            yield Finding(f"collection {name}", "fix" if bundled else "note", str(error))
        except DeviseError as error:
            yield Finding(f"collection {name}", "fix", str(error))
        else:
            yield from _verify(f"collection {name}", folder)


def _verify(check: str, folder: Path) -> Iterator[Finding]:
    try:
        manifest = Manifest.read(folder)
    except DeviseError as error:
        yield Finding(check, "fix", str(error))
        return
    broken = []
    for name in manifest.files:
        try:
            manifest.verified(folder / name)
        except DeviseError as error:
            broken.append(Finding(check, "fix", str(error)))
    yield from broken or [Finding(check, "ok", f"{len(manifest.files)} files match the manifest")]


def check_folder(folder: Path) -> Finding:
    """Check that ``index`` can write collections, by writing a temporary file."""
    parent = next(path for path in (folder, *folder.parents) if path.is_dir())
    try:
        with tempfile.TemporaryFile(dir=parent) as file:
            file.write(b"\0")
    except OSError as error:
        return Finding(
            "collections folder",
            "note",
            f"{folder} cannot be written ({error.strerror}). To index images, set SEMBLANCE_COLLECTIONS to a writable folder.",
        )
    return Finding("collections folder", "ok", f"{folder} is writable")


def check_decoder() -> Finding:
    """Check that a decoder process starts and reads an image."""
    decoders = DecoderPool(1)
    try:
        decoders.read(_GIF, Settings.model_construct())
    except DeviseError as error:
        return Finding("uploads", "fix", f"{error} Check that the host allows a child process with 300 MB.")
    finally:
        decoders.close()
    return Finding("uploads", "ok", "decoded in a separate process")
