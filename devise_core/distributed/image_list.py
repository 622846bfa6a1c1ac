"""List the images in a folder, in a file that names them, or in a bucket that fsspec can list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from devise_core.collections.image_files import FolderScan, scan_folder
from devise_core.errors import CollectionError
from devise_core.storage.artifact_reader import read_text
from devise_core.vision.image_formats import SUFFIXES
from devise_core.vision.image_sources import WEB
from devise_core.vision.other_kinds import NAMED, OTHER_FILES, counted_kinds


@dataclass(frozen=True)
class ListedImage:
    """An image that can be read from any machine of the cluster.

    Attributes:
        uri: The path or URL of the image.
        parts: The parts of the path that describe the image: the folders below the source, if any, and the file name.
        identity: The text that the id of the image is made from.
        stamp: A text that changes when the image changes, as far as the storage reports it. "" for a URL in a text file.
    """

    uri: str
    parts: tuple[str, ...]
    identity: str
    stamp: str


@dataclass
class ImageList:
    """The images of a source, and a record of what was left out.

    Attributes:
        images: The images.
        folder: The source, if it is a folder.
        scan: What is in the folder and was left out. For a bucket it has only what was left out, and it is empty for a list.
        unread: The images that could not be read when this was tried, but that may be readable later.
    """

    images: list[ListedImage]
    folder: Path | None = None
    scan: FolderScan = field(default_factory=FolderScan)
    unread: list[ListedImage] = field(default_factory=list)


def list_images(source: str, include_system: bool = False, given: Collection[Path] = ()) -> ImageList:
    """List the images of a source.

    Args:
        source: A folder, a text file with a path or URL on each line, or the URL of a folder for fsspec, such as
            ``s3://bucket/photos``.
        include_system: As for ``scan_folder``.
        given: As for ``scan_folder``.

    Returns:
        The images, and what is left out. A text file gives the order of its images. Otherwise the images are ordered by path.

    Raises:
        CollectionError: If there is no such source, or the source has no images.
    """
    if source.startswith(WEB):
        raise CollectionError(f"The images at a web address cannot be listed. Write their URLs into a file. Received: {source}")
    if "://" in source:
        return _in_bucket(source)
    return _in_file(Path(source)) if Path(source).is_file() else _in_folder(Path(source), include_system, given)


def listed_file(file: Path, folder: Path) -> ListedImage:
    """Return the image at a path below ``folder``. The file need not exist."""
    parts = file.relative_to(folder).parts
    return ListedImage(str(file.absolute()), parts, "/".join(parts), _stamp(file))


@contextmanager
def storage(uri: str) -> Iterator[tuple[Any, str]]:
    """Yield the fsspec file system of a URL, and the path in that file system.

    Raises:
        CollectionError: If fsspec or a package that the URL needs is not installed, or the storage does not answer.
    """
    try:
        import fsspec

        yield fsspec.core.url_to_fs(uri)
    except ModuleNotFoundError as error:
        raise CollectionError(f"{uri} needs the package {error.name}. Install it with `pip install {error.name}`.") from error
    except (ImportError, ValueError) as error:
        raise CollectionError(
            f"{uri} cannot be opened ({error}). Install the package that fsspec needs for it, such as s3fs or gcsfs."
        ) from error
    except CollectionError:
        raise
    except Exception as error:  # each storage has its own errors
        raise CollectionError(f"{uri} cannot be read ({error}). Check the address and your credentials.") from error


def _in_folder(folder: Path, include_system: bool, given: Collection[Path]) -> ImageList:
    scan = scan_folder(folder, include_system, given)
    images = [listed_file(file, folder) for file in scan.files]
    return ImageList(images, folder, scan)


def _in_file(file: Path) -> ImageList:
    """Read a text file that lists images. Its relative paths start at its folder. Folders in the paths do not become labels."""
    lines = [line.strip() for line in read_text(file).removeprefix("\ufeff").splitlines()]
    images = []
    for line in dict.fromkeys(line for line in lines if line and not line.startswith("#")):
        uri = line if "://" in line else str((file.parent / line).absolute())
        name = PurePosixPath(unquote(urlsplit(uri).path)).name if "://" in uri else Path(uri).name
        images.append(ListedImage(uri, (name or "image",), uri, "" if "://" in uri else _stamp(Path(uri))))
    if not images:
        raise CollectionError(f"{file} names no images. Write a path or URL on each line.")
    return ImageList(images)


def _in_bucket(uri: str) -> ImageList:
    with storage(uri) as (files, root):
        listed: Mapping[str, Mapping[str, Any]] = files.find(root, detail=True)
        images, others = list[ListedImage](), list[str]()
        for path, facts in sorted(listed.items()):
            parts = PurePosixPath(path).relative_to(PurePosixPath(root)).parts
            if path.lower().endswith(SUFFIXES) and parts and not any(part.startswith(".") for part in parts):
                images.append(ListedImage(str(files.unstrip_protocol(path)), parts, "/".join(parts), _version(facts)))
            else:
                others.append("/".join(parts))
    if not images:
        raise CollectionError(f"There are no images in {uri}. Files ending in {', '.join(SUFFIXES)} are read.")
    return ImageList(images, scan=FolderScan(left_out=counted_kinds({OTHER_FILES: len(others)}, others[:NAMED])))


def _stamp(file: Path) -> str:
    """Return the size and modification time of a file, or "" if the file is missing, which is reported when it is read."""
    try:
        status = file.stat()
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"


def _version(facts: Mapping[str, Any]) -> str:
    """Return what the storage reports about the version of a file. Each kind of storage uses other names for these facts."""
    names = ("size", "ETag", "etag", "md5Hash", "generation", "LastModified", "mtime", "created")
    return " ".join(str(facts[name]) for name in names if facts.get(name) is not None)
