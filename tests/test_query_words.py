"""Accents, joined and split words, carrier phrases, negations, foreign words and spelling errors in a query."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core import Engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.text.carriers import names_nothing, without_carriers
from devise_core.text.foreign_nouns import LANGUAGES, ForeignNouns
from devise_core.text.query_reader import read_query
from devise_core.text.word_filter import WordFilter, load_word_filter
from tests.conftest import BUNDLED
from tests.fakes import text_space, word_store, word_vectors

TABLE = ForeignNouns("chien\tdog\tfr\nhund\tdog\tde,nl\nchat\tcat\tfr\n")


def read(engine: Engine, text: str) -> list[str]:
    return [("-" if term.weight < 0 else "") + term.word for term in engine.query(text).reading.terms]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("café", ["cafe"]),
        ("JALAPEÑO", ["jalapeno"]),
        ("jalapen\u0303o", ["jalapeno"]),
        ("crème brûlée", ["creme brulee"]),
        ("İstanbul", ["istanbul"]),
        ("do\N{SOFT HYPHEN}g", ["dog"]),
        ("do\N{ZERO WIDTH SPACE}g", ["dog"]),
        ("\N{RIGHT-TO-LEFT OVERRIDE}dog\N{POP DIRECTIONAL FORMATTING}", ["dog"]),
        ("d" + 50 * "\N{COMBINING GRAVE ACCENT}\N{COMBINING CEDILLA}" + "og", ["dog"]),
        ("ﬁre truck", ["fire truck"]),
        ("pıano", ["piano"]),
    ],
)
def test_accents_and_ligatures_are_read_as_plain_letters(engine: Engine, text: str, plain: list[str]) -> None:
    assert read(engine, text) == plain
    assert np.array_equal(engine.text.embed(text), engine.text.embed(plain[0]))


@pytest.mark.parametrize(
    ("forms", "noun"),
    [
        (("firetruck", "fire-truck", "firetrucks"), "fire truck"),
        (("icecream", "ice-cream"), "ice cream"),
        (("hotdog", "hotdogs"), "hot dog"),
        (("sealion", "sea-lion"), "sea lion"),
        (("schoolbus", "school-bus"), "school bus"),
        (("butter fly",), "butterfly"),
        (("light house",), "lighthouse"),
        (("hotairballoon", "hotairballoons"), "hot-air balloon"),
        (("sun flower",), "sunflower"),
    ],
)
def test_joined_hyphenated_and_parted_words_are_one_noun(engine: Engine, forms: tuple[str, ...], noun: str) -> None:
    assert [read(engine, form) for form in forms] == [[noun]] * len(forms)
    joined = [form for form in forms if " " not in form]
    assert all(np.array_equal(engine.text.embed(form), engine.text.embed(noun)) for form in joined)


@pytest.mark.parametrize("noun", ["arcuate artery of the kidney", "leboyer method of childbirth", "all arounder", "no man's land"])
def test_a_noun_of_the_list_stays_as_it_is(engine: Engine, noun: str) -> None:
    assert read(engine, noun) == [noun]


@pytest.mark.parametrize("text", ["green house", "website", "football", "old man"])
def test_words_that_are_no_parted_noun_stay_as_they_are(engine: Engine, text: str) -> None:
    assert engine.query(text).reading.read_as == {}


@pytest.mark.parametrize(
    ("text", "rest", "dropped"),
    [
        ("show me a dog", "a dog", ["show me"]),
        ("can you show me pictures of my dog please", "dog", ["can you show me", "pictures of", "my", "please"]),
        ("a nice photo of the sea", "the sea", ["a nice photo of"]),
        ("dog photos", "dog", ["photos"]),
        ("photo", "photo", []),
        ("my", "my", []),
        ("i want", "", ["i want"]),
        ("picture frame", "picture frame", []),
        ("picture book of dogs", "picture book of dogs", []),
        ("what is a castle", "a castle", ["what is"]),
        ("all the dogs", "dogs", ["all the"]),
        ("all of the dogs", "dogs", ["all of the"]),
        ("every dog", "dog", ["every"]),
        ("nothing but dogs", "dogs", ["nothing but"]),
        ("images dog", "dog", ["images"]),
        ("my photos dog", "dog", ["my", "photos"]),
        ("photos and books", "photos and books", []),
        ("what does a dog look like", "a dog", ["what does", "look like"]),
        ("show me what a dog looks like please", "a dog", ["show me", "what", "looks like please"]),
        ("how does a dog look", "a dog", ["how does", "look"]),
        ("a dog look", "a dog look", []),
        ("photo of", "", ["photo of"]),
        ("dog", "dog", []),
    ],
)
def test_words_around_the_thing_are_taken_out(text: str, rest: str, dropped: list[str]) -> None:
    assert without_carriers(text.split(), lambda words: words[:2] == ["picture", "book"]) == (rest.split(), dropped)


@pytest.mark.parametrize("text", ["the", "of the", "show me", "please", '"the"', "the -dog", "photo of", "Pictures of the", "all"])
def test_a_query_that_names_nothing_gets_a_sentence(engine: Engine, text: str) -> None:
    with pytest.raises(QueryError, match=r"does not name anything to look for\. Add the name of a thing"):
        engine.query(text)


def test_only_words_without_a_thing_name_nothing() -> None:
    assert names_nothing(["of", "the"])
    assert not names_nothing(["the", "sea"])


@pytest.mark.parametrize("carrier", ["photo of a {}", "show me {}", "my {}", "I want to see a {}", "picture of the {}, please"])
def test_every_label_is_found_behind_a_carrier(engine: Engine, carrier: str) -> None:
    labels = sorted({item.labels[0] for item in engine.collection.items if item.labels})[::5]
    assert [label for label in labels if read(engine, carrier.format(label)) != read(engine, label)] == []


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("street without cars", ["street", "-car"]),
        ("animal but not a dog", ["animal", "-dog"]),
        ("animals other than dogs", ["animal", "-dog"]),
        ("animals that are not dogs", ["animal", "-dog"]),
        ("animals which aren't dogs", ["animal", "-dog"]),
        ("all animals but the dogs", ["animal", "-dog"]),
        ("anything but dogs", ["anything", "-dog"]),
        ("cat instead of a dog", ["cat", "-dog"]),
        ("old but beautiful castle", ["old", "but", "castle"]),
        ("non-dog animals", ["animal", "-dog"]),
        ("photos of non dog animals and trees", ["animals", "and", "trees", "-dog"]),
        ("a non-flowering plant", ["non-flowering plant"]),
        ("non-fiction", ["non-fiction"]),
        ("animals without non-flowering plants", ["animal", "-non-flowering plant"]),
        ("fruit, no apples", ["fruit", "-apple"]),
        ('fruit "without apples"', ["fruit", "without", "apples"]),
        ("no smoking", ["no", "smoking"]),
        ("dog -golden retriever", ["dog", "-golden retriever"]),
        ("dog -(golden retriever)", ["dog", "-golden retriever"]),
        ("vehicle -fire engine at night", ["vehicle", "-fire engine", "at", "night"]),
        ("dog -golden +retriever", ["dog", "-golden", "retriever"]),
        ("dog -cat tree", ["dog", "-cat", "tree"]),
    ],
)
def test_a_negation_is_read_as_a_minus(engine: Engine, text: str, terms: list[str]) -> None:
    assert read(engine, text) == terms


@pytest.mark.parametrize("text", ["no dog", "without dog", "not a dog"])
def test_a_query_that_only_leaves_out_gets_a_hint(engine: Engine, text: str) -> None:
    with pytest.raises(QueryError, match="Add something to look for, as in “animal -dog”"):
        engine.query(text)


@pytest.mark.parametrize("text", ["hund", "Hunde", "perro", "perros", "chien", "hond", "cão", "mi perro"])
def test_foreign_nouns_are_read_as_english(engine: Engine, text: str) -> None:
    assert "dog" in read(engine, text)
    assert [correction.form for correction in engine.query(text).reading.corrected.values()] == ["dog"]


@pytest.mark.parametrize("text", ["castillo", "castello", "kasteel", "castelo"])
def test_foreign_nouns_may_have_accents(engine: Engine, text: str) -> None:
    assert read(engine, text) == ["castle"]


def test_an_english_word_wins_over_a_foreign_one(engine: Engine) -> None:
    query = engine.query("cane")
    assert query.noun == "cane"
    assert {word: (meaning.form, meaning.language) for word, meaning in query.other_meaning.items()} == {"cane": ("dog", "Italian")}
    assert engine.query("chair").other_meaning == {}, "an everyday word"
    assert read(engine, "le chat") == ["cat"]
    assert read(engine, "chat") == ["chat"]


def test_words_in_quotes_are_read_as_they_are_written(engine: Engine) -> None:
    assert read(engine, '"hund"') == ["hund"]
    assert engine.query('"my dog"').reading.dropped == ()
    with pytest.raises(UnknownWordError, match="vioolin"):
        engine.query('"vioolin"')


@pytest.mark.parametrize(
    ("typed", "right"),
    [("vioolin", "violin"), ("strawbery", "strawberry"), ("bycicle", "bicycle"), ("dinosour", "dinosaur"), ("girafe", "giraffe")],
)
def test_a_spelling_error_is_corrected(engine: Engine, typed: str, right: str) -> None:
    assert read(engine, typed) == [right]
    assert engine.query(typed).reading.corrected[typed].form == right


def test_no_foreign_noun_or_translation_is_unsuitable() -> None:
    lines = [line.split("\t") for line in (BUNDLED / "foreign_nouns.tsv").read_text("utf-8").splitlines()]
    assert len(lines) > 20_000
    assert {code for _, _, codes in lines for code in codes.split(",")} == set(LANGUAGES)
    allows = load_word_filter().allows
    assert [line for line in lines if not (allows(line[0]) and allows(line[1]))] == []


def test_a_table_gives_plurals_articles_and_allowed_nouns() -> None:
    assert [TABLE.get(noun).noun for noun in ("chien", "chiens", "hund") if TABLE.get(noun)] == ["dog"] * 3  # type: ignore[union-attr]
    assert TABLE.get("le") is None
    translation = TABLE.after_article(["le", "chat"])
    assert translation is not None
    assert (translation.noun, translation.language) == ("cat", "French")
    assert TABLE.after_article(["der", "chat"]) is None
    assert ForeignNouns("chien\tdog\tfr\n", WordFilter(["dog"])).get("chien") is None


def test_a_model_without_a_table_reads_foreign_words_as_unknown() -> None:
    with pytest.raises(UnknownWordError, match="hund"):
        read_query("hund", text_space())


def test_every_word_is_found_by_its_hash(engine: Engine) -> None:
    store = word_store()
    assert store._hashes is not None
    assert [store.row(store.word(row)) for row in range(len(store))] == list(range(len(store)))
    assert store.row("doge") is None


def test_thirty_clauses_of_unknown_words_look_up_few_spellings(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    store, looked_up = word_vectors(engine).words, list[str]()
    spellings = store.spellings

    def counted(word: str, k: int | None) -> list[str]:
        looked_up.append(word)
        return list(spellings(word, k))

    monkeypatch.setattr(store, "spellings", counted)
    words = [f"qzx{chr(97 + number % 26)}{chr(97 + number // 26)}w" for number in range(120)]
    text = "dog + " + " + ".join(" ".join(words[start : start + 4]) for start in range(0, 120, 4))
    assert len(engine.query(text).reading.left_out) == 120
    engine.query(text)
    assert len(looked_up) <= 4
