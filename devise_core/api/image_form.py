"""The form with which the client sends an image to the API."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from devise_core.settings import settings
from devise_core.vision.image_sources import from_array, is_url, name_and_bytes


def image_form(image: object) -> dict[str, Any]:
    """Return the form that sends an image.

    Args:
        image: An image of a type that ``ImageInput`` lists, or a URL, which the server fetches. Pixels are sent as PNG, which is
            lossless.

    Returns:
        The field ``url`` with the URL, or the field ``file`` with a file name and the bytes.

    Raises:
        ImageError: The file is missing, or has more bytes than the setting ``image_bytes`` allows.
    """
    if is_url(image):
        return {"url": image}
    picture = image if isinstance(image, Image.Image) else from_array(image) if hasattr(image, "dtype") else None  # type: ignore[arg-type]
    if picture is None:
        name, content = name_and_bytes(image, settings().image_bytes)
        return {"file": (name, content)}
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return {"file": ("image.png", buffer.getvalue())}
