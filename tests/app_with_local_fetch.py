"""Streamlit with an app that may fetch pictures from this machine, where a test serves them: ``python -m tests.app_with_local_fetch run …``."""

from __future__ import annotations

import os

from streamlit.web.cli import main

from devise_core.untrusted import url_fetch

HERE = url_fetch.Network(allowed=lambda address: address.is_loopback, ports=frozenset({int(os.environ["PICTURES_PORT"])}))

if __name__ == "__main__":
    url_fetch.fetch_picture.__defaults__ = (None, HERE)
    main()
