"""A result: its tile, its dialog, why it matched, and the tray of selected pictures."""
