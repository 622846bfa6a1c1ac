"""A query after parsing: its vector, how it was read, and its clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from devise_core.datatypes import Correction, Reading
from devise_core.text.query_parser import Clause
from devise_core.text.senses import Sense
from devise_core.text.tokens import with_words
from devise_core.vectors import Floats


@dataclass(frozen=True, eq=False)
class PlacedClause:
    """A clause of a query with its place in the embedding space.

    Attributes:
        clause: The clause as it was parsed.
        vector: Its unit vector ``(d,)``, or None if no word of it is known.
        terms: What the clause was read as, with shares that add up to 1.
        known: Its known words with their rows in the word store.
        unknown: Its unknown words.
        read_as: Words that are known in another form only, with that form.
        senses: The sense that the clause names, or all senses of a noun that has several; none for other clauses.
        text: What is left of the clause's text without ``unmodelled`` and with the words of ``read_as``. By default all of it.
        unmodelled: Its words that no image shows, such as "two" and "happy". The vector leaves them out if others are left.
        dropped: Its words around the thing, such as "a photo of". The vector leaves them out.
        corrected: Foreign and misspelled words to look for, with what they were read as.
        respelled: Misspelled words with their right spelling, also those that the vector leaves out.
        other_meaning: A word that can be read in another way, as ``ReadWords`` says.
    """

    clause: Clause
    vector: Floats | None
    terms: Sequence[tuple[str, float]] = ()
    known: Sequence[tuple[str, int]] = ()
    unknown: Sequence[str] = ()
    read_as: Mapping[str, str] = field(default_factory=dict)
    senses: tuple[Sense, ...] = ()
    text: str = ""
    unmodelled: Sequence[str] = ()
    dropped: Sequence[str] = ()
    corrected: Mapping[str, Correction] = field(default_factory=dict)
    respelled: Mapping[str, str] = field(default_factory=dict)
    other_meaning: Mapping[str, Correction] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Query:
    """A query that is parsed once and then used for everything that is asked about it.

    Attributes:
        vector: Its unit vector ``float32 (d,)`` in the embedding space.
        reading: How it was read: terms, weights and the words left out.
        clauses: Its clauses with their vectors.
    """

    vector: Floats
    reading: Reading
    clauses: tuple[PlacedClause, ...] = ()

    @property
    def senses(self) -> tuple[Sense, ...]:
        """The senses of the noun that the query is, if it has several, or the one that the query names."""
        return self.clauses[0].senses if len(self.clauses) == 1 else ()

    @property
    def noun(self) -> str | None:
        """The noun or word that the whole query was read as, or None if it has several terms or names an image."""
        if len(self.reading.terms) != 1 or self.reading.terms[0].kind != "words":
            return None
        return self.reading.terms[0].word

    @property
    def wanted_noun(self) -> str | None:
        """The noun to look for, whatever is left out: "dog" of "dog -poodle". None if the query looks for several things."""
        wanted = [term for term in self.reading.terms if term.weight > 0]
        return wanted[0].word if len(wanted) == 1 and wanted[0].kind == "words" else None

    @property
    def is_partly_unknown(self) -> bool:
        """Whether a word to look for is not known, so that the search uses a part of the query only."""
        return any(part.unknown and part.clause.weight > 0 for part in self.clauses)

    @property
    def unmodelled(self) -> tuple[str, ...]:
        """The counts, feelings and judgements in the query, such as "two" and "happy", which no image shows."""
        return tuple(dict.fromkeys(word for part in self.clauses for word in part.unmodelled))

    @property
    def other_meaning(self) -> Mapping[str, Correction]:
        """The word that the whole query is, with what else it can be: a word of another language, or a misspelled English one."""
        return self.clauses[0].other_meaning if len(self.clauses) == 1 else {}

    @property
    def read_text(self) -> str:
        """The query as it was read: the words of its clauses that are looked for."""
        return " ".join(part.text or part.clause.text for part in self.clauses if part.clause.weight > 0)

    @property
    def only_unmodelled(self) -> bool:
        """Whether the query has only words that no image shows. Then it is read as it is."""
        words = {part for word in self.unmodelled for part in word.split()}
        return bool(words) and words.issuperset(term.word for term in self.reading.terms)

    @property
    def vectors(self) -> Floats:
        """Unit rows ``(s, d)``: one for each sense, or the query's vector alone. An image's score is its best with any row."""
        return np.stack([sense.vector for sense in self.senses]) if self.senses else self.vector[None]

    @property
    def text(self) -> str:
        """The query as it was typed."""
        return self.reading.text

    @property
    def respelled(self) -> Mapping[str, str]:
        """The misspelled words with their right spelling, also those that the search ignores."""
        return {word: spelling for part in self.clauses for word, spelling in part.respelled.items()}

    @property
    def respelled_text(self) -> str:
        """The query without its spelling mistakes and in English, for sentences about its results."""
        english = {word: correction.form for word, correction in self.reading.corrected.items()}
        return with_words(self.text, {**english, **self.respelled})

    @property
    def words(self) -> list[str]:
        """The known words that are looked for."""
        parts = [part for part in self.clauses if part.clause.kind == "words" and part.clause.weight > 0]
        return list(dict.fromkeys(word for part in parts for word, _ in part.known))


def corrected_text(reading: Reading) -> str:
    """Return a query as it was typed, with its foreign and misspelled words as they were read, and without unknown words."""
    forms = {word: correction.form for word, correction in reading.corrected.items()}
    return " ".join(with_words(reading.text, {**dict.fromkeys(reading.left_out, ""), **forms}).split())
