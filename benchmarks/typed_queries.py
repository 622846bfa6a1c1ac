"""What a visitor gets for 100 everyday queries in each bundled collection, as judged by looking at the pictures.

``python -m benchmarks.typed_queries`` prints the tally, and which answers have changed since they were judged. With ``--write
FILE`` it writes today's answers, for a person to judge. The queries were written down before anyone looked at a result. The
last lines say how many labels, and how many everyday nouns that a collection does not show, are announced as a match.

``--list independent`` does the same for 100 other queries. They were chosen, and the answers judged, by someone who had not built
the demo. No setting of the app was tuned on them.
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

LISTS = ("typed", "independent")
"""Each has a file with the queries and one with the judged answers, such as ``typed_queries.txt`` and ``typed_queries.csv``."""
FIRST = 6
"""How many pictures were judged."""
JUDGEMENTS = ("right", "honest", "missed", "wrong")
"""Right: the first pictures, or those that are found by caption, show what was asked for. Honest: the collection does not have it,
and the page does not claim it. Missed: the collection has it, and the page does not show it. Wrong: the page claims it, but does
not show it."""
ACCEPTABLE = JUDGEMENTS[:2]


@dataclass(frozen=True)
class Answer:
    """What a page shows for a query.

    Attributes:
        collection: The name of the collection.
        query: The query.
        state: "announced", "closest" if the app is not sure, "nothing", or "unreadable".
        shown: The ids of the first pictures.
        described: The ids of the first pictures that are found by caption and are not in ``shown``.
    """

    collection: str
    query: str
    state: str
    shown: tuple[str, ...]
    described: tuple[str, ...]


def queries(name: str = LISTS[0]) -> list[str]:
    """Return the queries of a list."""
    return _file(name, ".txt").read_text("utf-8").splitlines()


def answers(engine: Engine, name: str = LISTS[0]) -> Iterator[Answer]:
    """Yield the answer to each query of a list in the collection of ``engine``."""
    for text in queries(name):
        try:
            yield _answer(engine, engine.query(text))
        except (QueryError, UnknownWordError):
            yield Answer(engine.collection.name, text, "unreadable", (), _described(engine, text, ()))


def bundled_engines() -> list[Engine]:
    """Return an engine over each bundled collection."""
    engine = load_engine()
    return [engine.on(name) for name, folder in engine.collections().items() if folder.parent == engine.layout.collections]


def judged(name: str = LISTS[0]) -> dict[Answer, str]:
    """Return the answers to the queries of a list that were judged, each with its judgement."""
    with _file(name, ".csv").open(encoding="utf-8", newline="") as file:
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


def _file(name: str, suffix: str) -> Path:
    return Path(__file__).with_name(f"{name}_queries{suffix}")


def _answer(engine: Engine, query: Query) -> Answer:
    matches = engine.matches(query)
    strong = matches.strong()
    state = "nothing" if matches.absent or not strong else "announced" if matches.sure else "closest"
    ranking = matches.closest if not matches.sure else strong or matches.ranking
    shown = tuple(hit.id for hit in engine.hits(ranking[:FIRST]))
    return Answer(engine.collection.name, query.text, state, shown, _described(engine, query, shown))


def _described(engine: Engine, query: Query | str, shown: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(hit.id for hit in engine.found_by_caption(query, 4 * FIRST) if hit.id not in shown)[:FIRST]


def _ids(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _write(path: Path, rows: list[Answer], known: dict[Answer, str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("collection", "query", "state", "shown", "described", "judgement"))
        for row in rows:
            writer.writerow(
                (row.collection, row.query, row.state, "|".join(row.shown), "|".join(row.described), known.get(row, ""))
            )


def main() -> None:
    """Print the tally of the judgements, or write today's answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="write today's answers, with the judgements of those that have not changed")
    parser.add_argument("--list", choices=LISTS, default=LISTS[0], help="the list of queries (default: %(default)s)")
    options = parser.parse_args()
    current = [answer for engine in bundled_engines() for answer in answers(engine, options.list)]
    known = judged(options.list) if _file(options.list, ".csv").is_file() else {}
    if options.write:
        _write(options.write, current, known)
        return
    for collection in sorted({answer.collection for answer in known}):
        tally = Counter(judgement for answer, judgement in known.items() if answer.collection == collection)
        print(f"{collection:<12} " + "  ".join(f"{judgement} {tally[judgement]}" for judgement in JUDGEMENTS))
    tally = Counter(known.values())
    acceptable = sum(tally[judgement] for judgement in ACCEPTABLE)
    print(f"right or honest {acceptable} of {len(known)}, announced and wrong {tally['wrong']} of {len(known)}")
    print(f"{len(set.intersection(*(set(queries(name)) for name in LISTS)))} queries are in both lists")
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
