"""The command line: one module per command."""

from devise_core.cli.main import main, parser

__all__ = ["main", "parser"]
