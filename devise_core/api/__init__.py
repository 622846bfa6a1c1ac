"""The REST API on the engine: part of the app at ``/api/v1``, or a server of its own. ``docs/API.md`` describes it."""
