"""A query after parsing: its vector, how it was read, and its clauses, which are added or subtracted (see ``query_parser``)."""

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
    """A clause of a query with its vector in the embedding space.

    Attributes:
        clause: The clause as it was parsed.
        vector: The clause's unit vector ``(d,)``, or None if no word of the clause is known.
        terms: What the clause was read as. Either words, each with its share of the vector, or one noun with the share 1. A noun
            may have several words, such as "string instrument".
        known: The known words of the clause, each with its row in the word store.
        unknown: The unknown words of the clause.
        read_as: Words that are known only in another form, each with that form.
        senses: The sense that the clause names, or all senses of a noun that has several. Empty for any other clause.
        text: The words to look for, after all corrections. If it is empty, ``clause.text`` is used.
        unmodelled: Words that the model cannot recognise in an image, such as "two" and "happy". The vector leaves them out if
            other words remain.
        dropped: Words around what is searched for, such as "a photo of". The vector leaves them out.
        corrected: Foreign and misspelled words to look for, each with what it was read as.
        respelled: Misspelled words, each with its right spelling. Unlike ``corrected``, this also has the words that the
            vector leaves out.
        other_meaning: A word that may mean something else, with that other meaning. The word is an English word that also exists in
            another language (see ``ReadWords``), or a foreign word or rare name that may be a misspelled English word.
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
    """A parsed query. It is parsed once, and each later computation about the query uses this object.

    Attributes:
        vector: The query's unit vector ``float32 (d,)`` in the embedding space.
        reading: How the query was read: its terms, their weights and the words left out.
        clauses: The clauses, each with its vector.
    """

    vector: Floats
    reading: Reading
    clauses: tuple[PlacedClause, ...] = ()

    @property
    def senses(self) -> tuple[Sense, ...]:
        """All senses of the query's noun if this noun has several, or the one sense that the query names. Else empty."""
        return self.clauses[0].senses if len(self.clauses) == 1 else ()

    @property
    def noun(self) -> str | None:
        """The noun or word that the whole query was read as. None if the query has several terms, or if its term is an image."""
        if len(self.reading.terms) != 1 or self.reading.terms[0].kind != "words":
            return None
        return self.reading.terms[0].word

    @property
    def wanted_noun(self) -> str | None:
        """The only noun or word to look for, such as "dog" for "dog -poodle". None if several terms or an image are looked for."""
        wanted = [term for term in self.reading.terms if term.weight > 0]
        return wanted[0].word if len(wanted) == 1 and wanted[0].kind == "words" else None

    @property
    def is_partly_unknown(self) -> bool:
        """Whether a word to look for is unknown. Then the search uses only the known words of the query."""
        return any(part.unknown and part.clause.weight > 0 for part in self.clauses)

    @property
    def unmodelled(self) -> tuple[str, ...]:
        """The words of the query that the model cannot recognise in an image, such as counts, feelings, judgements and dates."""
        return tuple(dict.fromkeys(word for part in self.clauses for word in part.unmodelled))

    @property
    def other_meaning(self) -> Mapping[str, Correction]:
        """The word of the query that may mean something else (see ``PlacedClause``). Empty for a query of several clauses."""
        return self.clauses[0].other_meaning if len(self.clauses) == 1 else {}

    @property
    def read_text(self) -> str:
        """The query as it was read: the words to look for, without clauses that have a minus."""
        return " ".join(part.text or part.clause.text for part in self.clauses if part.clause.weight > 0)

    @property
    def only_unmodelled(self) -> bool:
        """Whether all words of the query are in ``unmodelled``. The search then uses them nevertheless."""
        words = {part for word in self.unmodelled for part in word.split()}
        return bool(words) and words.issuperset(term.word for term in self.reading.terms)

    @property
    def vectors(self) -> Floats:
        """Unit rows ``(s, d)``: one for each sense, or only the query's vector.

        An image is scored against each row and keeps its best score.
        """
        return np.stack([sense.vector for sense in self.senses]) if self.senses else self.vector[None]

    @property
    def text(self) -> str:
        """The query as it was typed."""
        return self.reading.text

    @property
    def respelled(self) -> Mapping[str, str]:
        """The misspelled words, each with its right spelling. Words that the search ignores are included."""
        return {word: spelling for part in self.clauses for word, spelling in part.respelled.items()}

    @property
    def respelled_text(self) -> str:
        """The query in English and without spelling mistakes, to be quoted in messages about the results."""
        english = {word: correction.form for word, correction in self.reading.corrected.items()}
        return with_words(self.text, {**english, **self.respelled})

    @property
    def words(self) -> list[str]:
        """The known words to look for."""
        parts = [part for part in self.clauses if part.clause.kind == "words" and part.clause.weight > 0]
        return list(dict.fromkeys(word for part in parts for word, _ in part.known))


def corrected_text(reading: Reading) -> str:
    """Return a query with its foreign and misspelled words replaced by what they were read as, and without unknown words."""
    forms = {word: correction.form for word, correction in reading.corrected.items()}
    return " ".join(with_words(reading.text, {**dict.fromkeys(reading.left_out, ""), **forms}).split())
