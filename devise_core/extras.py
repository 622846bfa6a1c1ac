"""What to install for a part of the library that text search does not need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from devise_core.errors import MissingPackageError

EXTRAS = {
    "images": ("tensorflow", "keras", "annoy", "pillow_heif", "sklearn", "scipy", "threadpoolctl"),
    "app": ("streamlit", "starlette", "prometheus_client"),
    "api": ("fastapi", "uvicorn"),
    "train": ("requests",),
    "tables": ("pandas", "pyarrow"),
    "umap": ("umap",),
    "build": ("zstandard",),
    "onnx": ("onnxruntime", "onnx", "h5py"),
    "phrases": ("tokenizers",),
    "milvus": ("pymilvus", "grpc"),
    "ray": ("ray", "fsspec"),
}
"""Extra of the package → the modules that it installs, each at the smallest extra that has it."""


def missing_package(error: ModuleNotFoundError) -> MissingPackageError | None:
    """Return the error that says which extra to install, or None if the module is in no extra."""
    module = (error.name or "").partition(".")[0]
    extra = next((name for name, modules in EXTRAS.items() if module in modules), None)
    return MissingPackageError(module, extra) if extra else None


@contextmanager
def extras_needed() -> Iterator[None]:
    """Say which extra to install if a module of one is missing.

    Raises:
        MissingPackageError: It is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        advice = missing_package(error)
        if advice is None:
            raise
        raise advice from error
