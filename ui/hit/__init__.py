"""A result: its tile, its card, why it matched, and the tray of those picked out."""
