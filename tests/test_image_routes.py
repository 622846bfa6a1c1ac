"""The pictures of a collection are served, and no other file of the server."""

from __future__ import annotations

import shutil
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from ui.server import image_routes


def test_images_below_a_link_out_of_the_folder_are_not_served(artifacts: Path, tmp_path: Path) -> None:
    folder, secrets = artifacts / "collections/stamps", tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "key.webp").write_bytes(b"secret")
    name = next((folder / "images").iterdir()).name

    def status(path: str) -> int:
        return TestClient(Starlette(routes=[image_routes.ROUTE])).get(path).status_code

    assert status(f"/pictures/stamps/images/{name}") == 200
    (artifacts / "collections/linked").symlink_to(folder)
    assert status(f"/pictures/linked/images/{name}") == 200
    shutil.rmtree(folder / "images")
    (folder / "images").symlink_to(secrets)
    assert status("/pictures/stamps/images/key.webp") == 404
    (folder / "images").unlink()
    (folder / "images").mkdir()
    (folder / "images/inner").symlink_to(secrets)
    assert status("/pictures/stamps/images/inner/key.webp") == 404
