"""The examples in the help of each command, and the exit statuses that all commands share."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "search": (
        'semblance search "castle by the water"',
        "semblance search sea --like photo.jpg --json",
        "semblance search pet --category animals",
    ),
    "label": (
        "semblance label photo.jpg",
        "semblance label ~/Pictures --words cat,dog --out names.csv",
        "cat photo.jpg | semblance label -",
    ),
    "embed": ('semblance embed --text "a red car"', "semblance embed ~/Pictures --out vectors.parquet"),
    "similar": ("semblance similar photo.jpg --by visual",),
    "words": ("semblance words violin",),
    "collections": ("semblance collections", "semblance collections show holidays"),
    "collections list": ("semblance collections list --json",),
    "collections show": ("semblance collections show holidays",),
    "collections rename": ("semblance collections rename holidays italy",),
    "collections remove": ("semblance collections remove holidays --yes",),
    "collections export": (
        "semblance collections export holidays --out holidays.parquet",
        "semblance collections export holidays --out holidays-projector --layout projector",
    ),
    "index": (
        "semblance index ~/Pictures --name holidays",
        "semblance index s3://bucket/photos --name holidays --engine ray",
        "semblance index ~/Pictures --name holidays --store milvus --uri http://localhost:19530",
    ),
    "copy": (
        "semblance copy holidays milvus:holidays",
        "semblance copy milvus:holidays holidays-here",
        "semblance copy holidays milvus:holidays --bulk s3://milvus-bucket/import",
    ),
    "fetch": ("semblance fetch pascal-sentences --out data",),
    "train": ("semblance train data/pascal-sentences --recipe own --out my-model",),
    "build": ("semblance build words",),
    "evaluate": ("semblance evaluate --collection holidays", "semblance evaluate zero-shot --data data"),
    "report": ("semblance report --collection holidays --out report.html",),
    "doctor": ("semblance doctor",),
    "serve": ("semblance serve --port 8600",),
    "demo": ("semblance demo",),
    "completion": (
        "semblance completion bash > ~/.local/share/bash-completion/completions/semblance",
        "semblance completion zsh > ~/.zfunc/_semblance",
        "semblance completion fish > ~/.config/fish/completions/semblance.fish",
    ),
}
"""Name of a command, followed by its action if there is one → the command lines to show."""
STATUSES = """exit status:
  0    the command did what it says
  1    the command failed, and one line on stderr says what to do
  2    the command line is wrong
  130  it was stopped with Ctrl+C"""


def epilog_of(command: str) -> str:
    """Return what follows the options in the help of a command, or an empty string if there is no example."""
    lines = EXAMPLES.get(command, ())
    return "\n".join([f"example{'s' * (len(lines) > 1)}:", *(f"  {line}" for line in lines)]) if lines else ""
