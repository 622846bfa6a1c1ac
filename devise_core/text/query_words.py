"""Read the words of a clause: leave out words that name nothing, and use forms of the other words that the vocabulary knows.

A word's rank is its place by frequency. The most frequent word has rank 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from devise_core.datatypes import Correction
from devise_core.text.carriers import names_nothing, without_carriers
from devise_core.text.dates import without_dates
from devise_core.text.foreign_nouns import ForeignNouns, Translation
from devise_core.text.plain_form import plain_form
from devise_core.text.query_parser import Clause
from devise_core.text.tokens import tokens, with_words
from devise_core.text.unmodelled import begins_noun, without_unmodelled
from devise_core.text.word_vocabulary import ARTICLES, WordVocabulary

EVERYDAY_ENGLISH, EVERYDAY_NOUN = 5_000, 11_000
"""A word or a noun below these ranks is read as English, and no foreign meaning is offered. For example, "chair" is also French,
and "pet" is also Dutch."""
COMMON_ENGLISH, KNOWN_ENGLISH = 10_000, 40_000
"""A word below one of these ranks is read as English: below the first if all words of the clause may be foreign, else below the
second. A noun of the noun list is always read as English."""


@dataclass(frozen=True)
class ReadWords:
    """What a clause was read as.

    Attributes:
        text: The words to look for, or "" if the clause names nothing.
        unmodelled: Words that no image shows, such as "two".
        dropped: Words around what is searched for, such as "a photo of".
        read_as: Words that are known only in another form, each with that form.
        corrected: Foreign and misspelled words to look for, each with what it was read as.
        respelled: Misspelled words, each with its right spelling. Words that are left out are included.
        other_meaning: An English word that is also a foreign word, with the meaning of the foreign word.
    """

    text: str
    unmodelled: Sequence[str] = ()
    dropped: Sequence[str] = ()
    read_as: Mapping[str, str] = field(default_factory=dict)
    corrected: Mapping[str, Correction] = field(default_factory=dict)
    respelled: Mapping[str, str] = field(default_factory=dict)
    other_meaning: Mapping[str, Correction] = field(default_factory=dict)


class QueryWords:
    """Reads clauses with one vocabulary.

    Args:
        vocabulary: The known words and nouns.
        foreign: Nouns of other languages.
    """

    def __init__(self, vocabulary: WordVocabulary, foreign: ForeignNouns) -> None:
        self._vocabulary, self._foreign = vocabulary, foreign

    def read(self, clause: Clause, spellings: Mapping[str, str]) -> ReadWords:
        """Read a clause. ``spellings`` maps each misspelled word to its right spelling.

        Words of a clause in quotes are not dropped, translated or corrected.
        """
        text, dates = (clause.text, []) if clause.quoted else without_dates(clause.text)
        words = tokens(text)
        if names_nothing(words):
            return ReadWords("", dropped=[" ".join([*words, *dates])])
        read = self._read(replace(clause, text=text), words, spellings)
        return replace(read, unmodelled=[*read.unmodelled, *dates]) if dates else read

    def _read(self, clause: Clause, words: list[str], spellings: Mapping[str, str]) -> ReadWords:
        as_written = clause.quoted or (len(words) > 1 and self._vocabulary.is_noun(clause.text))
        words, read = self._spelled(words, clause, {} if as_written else spellings)
        if len(words) == 1 or self._vocabulary.noun_row(read.text) is None:
            read = self._without_carriers(words, clause, read)
        if not clause.quoted:
            read = self._translated(read)
        return self._in_known_forms(read, parted=not clause.quoted)

    def label(self, text: str) -> str:
        """Return a label or caption with its words in known forms: "creme brulee" for "Crème brûlée".

        Only a label of one word may be read as another noun, such as "fire truck" for "firetruck".
        """
        words = tokens(text)
        if len(words) != 1 and text.isascii():
            return text
        return self._in_known_forms(ReadWords(text), parted=False).text if len(words) == 1 else " ".join(self._plain(words))

    def _spelled(self, words: list[str], clause: Clause, spellings: Mapping[str, str]) -> tuple[list[str], ReadWords]:
        corrected = {
            word: Correction(spellings[word]) for word in words if word in spellings and not self._foreign.get(plain_form(word))
        }
        if not corrected:
            return words, ReadWords(clause.text)
        words = [spellings[word] if word in corrected else word for word in words]
        respelled = {word: correction.form for word, correction in corrected.items()}
        return words, ReadWords(" ".join(words), corrected=corrected, respelled=respelled)

    def _without_carriers(self, words: list[str], clause: Clause, read: ReadWords) -> ReadWords:
        rest, dropped = (words, []) if clause.quoted else without_carriers(words, self._begins_noun)
        if names_nothing(rest):
            return replace(read, text="", corrected={}, dropped=[" ".join(words)])
        if dropped and rest[0] in ARTICLES:
            rest = rest[1:]
        rest, unmodelled = without_unmodelled(rest, lambda phrase: self._vocabulary.nouns.row(phrase) is not None)
        corrected = {word: correction for word, correction in read.corrected.items() if correction.form in rest}
        text = read.text if rest == words else " ".join(rest)
        return replace(read, text=text, corrected=corrected, dropped=dropped, unmodelled=unmodelled)

    def _translated(self, read: ReadWords) -> ReadWords:
        words = tokens(read.text)
        plain = [plain_form(word) for word in words]
        phrase = self._foreign.after_article(plain) or (self._foreign.get(" ".join(plain)) if len(words) > 1 else None)
        if phrase and self._vocabulary.noun_row(read.text) is None:
            return replace(read, text=phrase.noun, corrected={" ".join(words): _correction(phrase)})
        readings = {word: self._translation(form) for word, form in zip(words, plain, strict=True)}
        translations = {word: translation for word, translation in readings.items() if translation}
        if len(words) == 1 and translations and self._is_english(plain[0], COMMON_ENGLISH):
            meaning = translations[words[0]]
            if self._is_everyday(plain[0]) or plain[0].startswith(meaning.noun):  # "blonde" is "blond" in German too
                return read
            return replace(read, other_meaning={words[0]: _correction(meaning)})
        rank = COMMON_ENGLISH if set(words) <= set(translations) else KNOWN_ENGLISH
        corrected = {
            word: _correction(translations[word])
            for word, form in zip(words, plain, strict=True)
            if word in translations and not self._is_english(form, rank)
        }
        if not corrected:
            return read
        corrected = self._with_articles(words, corrected, translations)
        text = with_words(" ".join(words), {word: correction.form for word, correction in corrected.items()})
        return replace(read, text=text, corrected={**read.corrected, **corrected})

    def _translation(self, form: str) -> Translation | None:
        return None if self._foreign.is_article(form) else self._foreign.get(form) or self._foreign.elided(form)

    def _with_articles(
        self, words: Sequence[str], corrected: Mapping[str, Correction], translations: Mapping[str, Translation]
    ) -> dict[str, Correction]:
        """Return ``corrected`` with each article before a foreign word joined to that word: "ein rotes" is read as "red"."""
        joined: dict[str, Correction] = {}
        for before, word in zip(("", *words[:-1]), words, strict=True):
            if word in corrected:
                has_article = self._foreign.is_article(plain_form(before), translations[word].codes)
                joined[f"{before} {word}" if has_article else word] = corrected[word]
        return joined

    def _in_known_forms(self, read: ReadWords, parted: bool) -> ReadWords:
        """Replace words with accents or hyphens, and words that are wrongly joined or split, by known forms."""
        vocabulary, words = self._vocabulary, tokens(read.text)
        if len(words) > 1 and vocabulary.noun_row(read.text) is not None:
            return read
        plain = self._plain(words)
        read_as = {word: form for word in dict.fromkeys(plain) if (form := self._other_form(word, alone=len(plain) == 1))}
        forms = [read_as.get(word, word) for word in plain]
        if parted and not read_as and (joined := vocabulary.morphology.joined([word for word in plain if word not in ARTICLES])):
            return replace(read, text=joined, read_as={" ".join(plain): joined})
        return read if forms == words else replace(read, text=" ".join(forms), read_as=read_as)

    def _other_form(self, word: str, alone: bool) -> str | None:
        morphology = self._vocabulary.morphology
        if alone and self._vocabulary.nouns.row(word) is None and (noun := morphology.noun_without_hyphens(word)):
            return morphology.noun_of_compound(noun) or noun
        if compound := morphology.noun_of_compound(word):
            return compound
        known = (alone and self._vocabulary.noun_row(word) is not None) or self._vocabulary.phrases.known(word)[0]
        return None if known else morphology.known_form(word)

    def _plain(self, words: Sequence[str]) -> list[str]:
        return [word if word.isascii() or word in self._vocabulary.words else plain_form(word) for word in words]

    def _is_english(self, word: str, rank: int) -> bool:
        row = self._vocabulary.words.row(word)
        return self._vocabulary.noun_row(word) is not None or (row is not None and row < rank)

    def _is_everyday(self, word: str) -> bool:
        """Return whether a word, or its singular, is so common in English that it is hardly meant in another language."""
        vocabulary = self._vocabulary
        noun = vocabulary.noun_row(word)
        forms = [word] if noun is None else [word, vocabulary.nouns.nouns[noun]]
        rank = min((row for form in forms if (row := vocabulary.words.row(form)) is not None), default=len(vocabulary))
        return rank < (EVERYDAY_ENGLISH if noun is None else EVERYDAY_NOUN)

    def _begins_noun(self, words: list[str]) -> bool:
        return begins_noun(words, lambda phrase: self._vocabulary.nouns.row(phrase) is not None)


def _correction(translation: Translation) -> Correction:
    return Correction(translation.noun, translation.language)
