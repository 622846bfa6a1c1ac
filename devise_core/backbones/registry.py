"""The names of all backbones, and how a name that the user typed is matched with them."""

from __future__ import annotations

from devise_core.errors import BuildError

LITE0, VGG16 = "efficientnet-lite0", "vgg16"
APPLICATIONS_PAGE = "https://keras.io/api/applications/"


def names() -> list[str]:
    """Return every backbone name: the bundled one, that of the 2020 notebook, and those of ``keras.applications``."""
    return [LITE0, VGG16, *(name for name in application_names() if normalised(name) != VGG16)]


def application_names() -> list[str]:
    """Return the names of the models in ``keras.applications``."""
    import keras

    return sorted(name for name in dir(keras.applications) if name[0].isupper())


def normalised(name: str) -> str:
    """Return ``name`` as it is compared: lower case, without hyphens and underscores."""
    return name.lower().replace("-", "").replace("_", "")


def matched(name: str) -> str:
    """Return ``name`` as ``names()`` spells it.

    Raises:
        BuildError: No backbone has this name. The message gives the nearest spellings.
    """
    spellings = {normalised(each): each for each in names()}
    if normalised(name) in spellings:
        return spellings[normalised(name)]
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    matches = process.extract(normalised(name), list(spellings), scorer=OSA.normalized_similarity, limit=3)
    nearest = [spellings[match] for match, _, _ in matches]
    raise BuildError(
        f"There is no backbone “{name}”. Did you mean {', '.join(nearest[:-1])} or {nearest[-1]}? "
        f"The backbones are {LITE0}, {VGG16} and the models of {APPLICATIONS_PAGE}"
    )


def default_weights(name: str) -> str:
    """Return ``bundled`` for the backbone that comes with the project, else ``imagenet``."""
    return "bundled" if normalised(name) == normalised(LITE0) else "imagenet"
