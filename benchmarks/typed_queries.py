"""What a visitor gets for 100 everyday queries in each bundled collection, as it was judged by looking at the pictures.

``python -m benchmarks.typed_queries`` prints the tally, and which answers have changed since they were judged. With ``--write
FILE`` it writes the answers of today, for a person to judge. The queries were written down before anyone looked at a result. The
last lines say how many labels, and how many everyday nouns that a collection does not show, are announced as a match.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devise_core import Engine, load_engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.evaluate.data import read_data
from devise_core.text.query import Query

QUERIES = Path(__file__).with_name("typed_queries.txt")
JUDGED = Path(__file__).with_name("typed_queries.csv")
FIRST = 6
"""How many pictures were judged."""
JUDGEMENTS = ("right", "honest", "missed", "wrong")
"""Right: the first pictures, or those that are found by caption, show what was asked for. Honest: the collection does not have it,
and the page does not claim it. Missed: the collection has it, and the page does not show it. Wrong: it is announced, not shown."""
ACCEPTABLE = JUDGEMENTS[:2]


@dataclass(frozen=True)
class Answer:
    """What a page shows for a query.

    Attributes:
        collection: The name of the collection.
        query: The query.
        state: "announced", "closest" if the app is not sure, "nothing", or "unreadable".
        shown: The ids of the first pictures.
        described: The ids of the first pictures that are found by caption and not among those.
    """

    collection: str
    query: str
    state: str
    shown: tuple[str, ...]
    described: tuple[str, ...]


def answers(engine: Engine) -> Iterator[Answer]:
    """Yield the answer to each query in the collection of ``engine``."""
    for text in QUERIES.read_text("utf-8").splitlines():
        try:
            yield _answer(engine, engine.query(text))
        except (QueryError, UnknownWordError):
            yield Answer(engine.collection.name, text, "unreadable", (), _described(engine, text, ()))


def bundled_engines() -> list[Engine]:
    """Return an engine over each bundled collection."""
    engine = load_engine()
    return [engine.on(name) for name, folder in engine.collections().items() if folder.parent == engine.layout.collections]


def judged() -> dict[Answer, str]:
    """Return the answers that were judged, each with its judgement."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return {
            Answer(row["collection"], row["query"], row["state"], _ids(row["shown"]), _ids(row["described"])): row["judgement"]
            for row in csv.DictReader(file)
        }


def announced_share(engine: Engine, texts: list[str]) -> tuple[int, int]:
    """Return how many of ``texts`` are announced as a match, and how many can be read."""
    count = announced = 0
    for text in texts:
        try:
            matches = engine.matches(engine.query(f'"{text}"'))
        except (QueryError, UnknownWordError):
            continue
        count += 1
        announced += bool(matches.sure and matches.strong())
    return announced, count


def _answer(engine: Engine, query: Query) -> Answer:
    matches = engine.matches(query)
    strong = matches.strong()
    state = "nothing" if matches.absent or not strong else "announced" if matches.sure else "closest"
    shown = tuple(hit.id for hit in engine.hits((strong if strong else matches.ranking)[:FIRST]))
    return Answer(engine.collection.name, query.text, state, shown, _described(engine, query, shown))


def _described(engine: Engine, query: Query | str, shown: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(hit.id for hit in engine.found_by_caption(query, 4 * FIRST) if hit.id not in shown)[:FIRST]


def _ids(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _write(path: Path, rows: list[Answer]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("collection", "query", "state", "shown", "described", "judgement"))
        known = judged() if JUDGED.is_file() else {}
        for row in rows:
            writer.writerow(
                (row.collection, row.query, row.state, "|".join(row.shown), "|".join(row.described), known.get(row, ""))
            )


def main() -> None:
    """Print the tally of the judgements, or write the answers of today."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="write the answers of today, with the judgements of those that have not changed")
    target = parser.parse_args().write
    current = [answer for engine in bundled_engines() for answer in answers(engine)]
    if target:
        _write(target, current)
        return
    known = judged()
    for collection in sorted({answer.collection for answer in known}):
        tally = Counter(judgement for answer, judgement in known.items() if answer.collection == collection)
        print(f"{collection:<12} " + "  ".join(f"{judgement} {tally[judgement]}" for judgement in JUDGEMENTS))
    tally = Counter(known.values())
    acceptable = sum(tally[judgement] for judgement in ACCEPTABLE)
    print(f"right or honest {acceptable} of {len(known)}, announced and wrong {tally['wrong']} of {len(known)}")
    for answer in current:
        if answer not in known:
            print(f"changed since it was judged: {answer.query} in {answer.collection}")
    for engine in bundled_engines():
        name = engine.collection.name
        labels = sorted({label for item in engine.collection.items for label in item.labels})
        absent = [row["noun"] for row in read_data("absent") if row["collection"] == name]
        for kind, texts in (("labels", labels), ("absent nouns", absent)):
            announced, count = announced_share(engine, texts)
            print(f"{name}: {announced} of {count} {kind} are announced")


if __name__ == "__main__":
    main()
