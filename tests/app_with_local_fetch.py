"""Run the app with search by address allowed on this machine, where a test serves images.

Usage: ``python -m tests.app_with_local_fetch run streamlit_app.py``, with the port of the image server in ``PICTURES_PORT``.
"""

from __future__ import annotations

import os

from streamlit.web.cli import main

from devise_core.untrusted import url_fetch

LOCAL = url_fetch.FetchPolicy(allowed=lambda address: address.is_loopback, ports=frozenset({int(os.environ["PICTURES_PORT"])}))

if __name__ == "__main__":
    url_fetch.fetch_image.__defaults__ = (None, LOCAL)
    main()
