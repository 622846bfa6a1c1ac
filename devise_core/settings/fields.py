"""Define every limit and switch of a server, with its default, bounds, unit and meaning."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from devise_core.errors import SettingsError
from devise_core.settings.environment import PREFIX, source_of, value_of


def _number(default: float, unit: str, low: float, high: float, meaning: str) -> Any:
    return Field(default=default, ge=low, le=high, description=meaning, json_schema_extra={"unit": unit})


def _switch(default: bool, meaning: str) -> Any:
    return Field(default=default, description=meaning, json_schema_extra={"unit": "switch"})


class Settings(BaseSettings):
    """The settings of a server. Each field is set by a variable named ``SEMBLANCE_`` plus the field's name in capitals.

    The defaults suit a public demo on a small host. An argument of the constructor takes precedence over the variable.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", allow_inf_nan=False)

    image_bytes: int = _number(
        200_000_000, "bytes", 1_000, 4_000_000_000, "The largest image file that `index` and the other commands read."
    )
    image_pixels: int = _number(
        300_000_000, "pixels", 10_000, 2_000_000_000, "The most pixels of an image that `index` and the other commands read."
    )
    upload_bytes: int = _number(20_000_000, "bytes", 1_000, 50_000_000, "The largest image file that a visitor may upload.")
    upload_pixels: int = _number(
        250_000_000,
        "pixels",
        10_000,
        1_000_000_000,
        "The most pixels of a JPEG, as its header says. Formats that need more memory have a lower limit.",
    )
    upload_seconds: float = _number(4.0, "seconds", 0.1, 60, "How long decoding an image may take.")
    upload_frames: int = _number(500, "frames", 1, 10_000, "The most frames of an animation. Only the first is read.")
    upload_memory: int = _number(
        240_000_000, "bytes", 100_000_000, 4_000_000_000, "The most memory that decoding an image may take."
    )
    decoders: int = _number(2, "processes", 1, 32, "How many images are decoded at the same time.")
    zip_bytes: int = _number(50_000_000, "bytes", 1_000, 200_000_000, "The largest zip file of images that a visitor may upload.")
    zip_entries: int = _number(1_000, "entries", 1, 65_535, "The most entries of a zip file. Folders and other files count.")
    zip_unpacked_bytes: int = _number(400_000_000, "bytes", 1_000, 4_000_000_000, "The most bytes that a zip file may unpack to.")
    zip_ratio: float = _number(
        100.0, "times", 2, 1_032, "The highest compression ratio of an entry in a zip file. Images hardly compress."
    )
    zip_depth: int = _number(
        16, "folders", 0, 64, "How many folders deep an image in a zip file may be. A zip file inside another is not opened."
    )
    collection_images: int = _number(200, "images", 1, 2_000, "The most images in the collection that a visitor uploads.")
    session_bytes: int = _number(
        64_000_000, "bytes", 1_000_000, 10**9, "The most memory that the images and vectors of a session may take."
    )
    all_uploads_bytes: int = _number(
        256_000_000,
        "bytes",
        50_000_000,
        64 * 10**9,
        "The most memory that the uploads of all sessions may take together. Beyond it, the oldest files are deleted.",
    )
    url_search: bool = _switch(
        False,
        "Fetch images from URLs of the public web, in the app, the REST API, the commands and the library.",
    )
    url_bytes: int = _number(10_000_000, "bytes", 1_000, 50_000_000, "The most bytes fetched from a URL.")
    url_seconds: float = _number(8.0, "seconds", 0.5, 60, "How long fetching a URL may take, redirects included.")
    url_redirects: int = _number(
        3, "redirects", 0, 10, "How many redirects are followed. Each one is checked like the first address."
    )
    preload: bool = _switch(
        True, "Load the model after the first page is shown, or when `serve` starts. If off, the first image loads it."
    )
    model_calls: int = _number(1, "calls", 1, 32, "How many calls of the model run at the same time.")
    queue_length: int = _number(
        64, "visitors", 0, 1_000, "How many visitors may wait for the model. The next one is asked to come back later."
    )
    queue_seconds: float = _number(
        20.0,
        "seconds",
        0.5,
        300,
        "The longest time that a visitor waits for the model, or for an image to be decoded. A batch waits three times as long.",
    )
    open_seconds: float = _number(
        20.0, "seconds", 0.1, 600, "How long a page waits for a collection to open. Then it offers the others, and opening goes on."
    )
    requests_per_minute: int = _number(60, "requests", 1, 10_000, "The most searches and images of a session in one minute.")
    typed_searches_per_minute: int = _number(
        600, "requests", 1, 10_000, "The most searches of a session in one minute that run while the visitor types on Home."
    )
    suggestions_per_minute: int = _number(
        1_200,
        "requests",
        6,
        100_000,
        "The most suggestions in one minute for one address while its visitors type. An office often shares one address.",
    )
    cpu_seconds_per_minute: float = _number(
        15.0,
        "seconds",
        1,
        3_600,
        "How many seconds of CPU time the pages of a session, and its searches while the visitor types, may take in one minute.",
    )
    cards_per_minute: int = _number(
        120, "cards", 1, 10_000, "The most cards to share that are drawn in one minute, for all visitors."
    )
    api: bool = _switch(False, "Serve the REST API at `/api/v1` of the app. `semblance serve` always serves it.")
    api_requests_per_minute: int = _number(
        120, "requests", 1, 999_999, "The most requests to the API in one minute from one address without a key."
    )
    api_key_requests_per_minute: int = _number(
        600,
        "requests",
        1,
        999_999,
        "The most requests to the API in one minute with one key, unless the key's line sets another limit.",
    )
    api_images: int = _number(
        32, "images", 1, 1_000, "How many images the API receives and reads at the same time, from all clients."
    )
    link_previews: bool = _switch(
        True,
        "Build the addresses in previews of links from the host of the request, because previews need absolute addresses. "
        "Turn it off if a shared cache in front of the app ignores the host.",
    )
    metrics: bool = _switch(
        False,
        "Serve counters and latencies for Prometheus at `/metrics`. "
        "The proxy of this project hides it and Streamlit's own `/_stcore/metrics`. Configure any other proxy to hide both.",
    )
    log_queries: bool = _switch(False, "Write the text of queries to the log. Queries are personal data.")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let arguments take precedence over environment variables. There is no settings file.

        Args:
            settings_cls: This class.
            init_settings: The arguments of the constructor.
            _: Sources that are not used.
            __: Sources that are not used.

        Returns:
            The sources of settings. An earlier source takes precedence.
        """
        return init_settings, _Variables(settings_cls)


class _Variables(PydanticBaseSettingsSource):
    """Reads environment variables by their names and their old names. A blank variable counts as unset."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str, str, bool]:  # noqa: ARG002
        return value_of(field_name), field_name, False

    def __call__(self) -> dict[str, str]:
        texts = {name: value_of(name) for name in self.settings_cls.model_fields}
        return {name: text for name, text in texts.items() if text}


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: A variable has a value that is not allowed. The message gives the variable, its value and the allowed values.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise SettingsError(f"{source_of(name)} is {str(first['input'])[:40]!r}, but must be {allowed(name)}.") from None


def allowed(name: str) -> str:
    """Return the values that a setting may have, in words."""
    field = Settings.model_fields[name]
    if field.annotation is bool:
        return "on or off"
    low, high = bounds(field)
    kind = "a whole number" if field.annotation is int else "a number"
    return f"{kind} from {spelled(low)} to {spelled(high)} ({unit(field)})"


def bounds(field: FieldInfo) -> tuple[float, float]:
    """Return the lowest and the highest value of a setting that is a number."""
    limits = {type(limit).__name__: limit for limit in field.metadata}
    return limits["Ge"].ge, limits["Le"].le


def unit(field: FieldInfo) -> str:
    """Return the unit of a setting, in the plural, or "switch"."""
    extra = field.json_schema_extra
    return str(extra["unit"]) if isinstance(extra, dict) else ""


def spelled(value: float) -> str:
    """Return a value as an operator may type it, such as ``on``, ``off``, ``0.5`` or ``20_000_000``."""
    return ("off", "on")[value] if isinstance(value, bool) else f"{value:_.12g}"
