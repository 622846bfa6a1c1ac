"""Whether the library runs in its checkout or is installed, and how messages name its command and its extras."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
"""The checkout, or the folder of installed packages."""
IN_CHECKOUT = (REPOSITORY / "artifacts/manifest.json").is_file()
"""Whether the library runs in its checkout. Otherwise it is installed from a wheel. The wheel contains copies of
the files that are beside the package in a checkout."""
PROGRAM = "python -m devise_core" if IN_CHECKOUT else "semblance"
"""The command that messages tell users to run. In a checkout, the command ``semblance`` may not be installed."""


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
    "large": ("numkong",),
    "milvus": ("pymilvus", "grpc"),
    "bulk": ("fsspec",),
    "ray": ("ray",),
}
"""Extra of the package → the modules that the extra installs. A module in several extras is listed only under the smallest."""


def extra_of(module: str) -> str | None:
    """Return the extra that installs a module, or None if no extra does."""
    return next((extra for extra, modules in EXTRAS.items() if module in modules), None)


def install_command(extra: str, in_checkout: bool = IN_CHECKOUT) -> str:
    """Return the command that installs an extra.

    In a checkout, the command names the folder, because pip would look for ``semblance`` on PyPI, where another project has that
    name. If the library is installed, pip finds the installed package by its name.
    """
    return f'pip install ".[{extra}]"' if in_checkout else f'pip install "semblance[{extra}]"'
