"""Files on disk: where they are, atomic writes, the manifest that seals them, and caches in SQLite."""
