"""The offline build: make the bundled artifacts from public packages, and train custom models."""
