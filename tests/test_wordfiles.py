"""Files of word vectors in every supported format, written by the tests."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from devise_core.errors import WordVectorError
from devise_core.wordfiles import Fault
from devise_core.wordfiles.text import BLOCK_LINES
from tests.fakes import VECTORS, WORDS
from tests.word_vector_files import GLOVE, binary, read, saved, zipped


def every_format(folder: Path) -> list[tuple[Path, str]]:
    names = [word.encode() for word in WORDS]
    header = f"{len(WORDS)} 4\n"
    return [
        (saved(folder / "glove.txt", GLOVE), "GloVe text"),
        (saved(folder / "last-line-open.txt", GLOVE.rstrip("\n")), "GloVe text"),
        (saved(folder / "windows.txt", GLOVE.replace("\n", "\r\n")), "GloVe text"),
        (zipped(folder / "glove.zip", **{"a/glove.4d.txt": GLOVE, "__MACOSX/a/._glove.4d.txt": "x", "README": "x"}), "GloVe text"),
        (saved(folder / "wiki.vec", header + GLOVE.replace("\n", " \n")), "text with a header"),
        (zipped(folder / "wiki.vec.zip", **{"wiki.vec": header + GLOVE}), "text with a header"),
        (saved(folder / "wiki.vec.gz", gzip.compress((header + GLOVE).encode())), "text with a header"),
        (saved(folder / "news.bin", binary(names, VECTORS)), "word2vec binary"),
        (saved(folder / "no-line-feeds.bin", binary(names, VECTORS, b"")), "word2vec binary"),
        (saved(folder / "news.bin.gz", gzip.compress(binary(names, VECTORS))), "word2vec binary"),
    ]


def test_every_format_gives_the_same_words_and_numbers(tmp_path: Path) -> None:
    for file, kind in every_format(tmp_path):
        words, vectors, report = read(file, 4)
        assert (words, report.format, report.dimension, report.words) == (list(WORDS), kind, 4, 7), file
        assert vectors.dtype == np.float32 and (vectors == VECTORS).all(), file
        assert not report.left_out and "left out: nothing" in str(report)
        assert read(file)[0] == words  # the dimension is read from the file


def test_the_file_in_a_zip_is_chosen_by_dimension(tmp_path: Path) -> None:
    file = zipped(tmp_path / "glove.6B.zip", **{"glove.6B.4d.txt": GLOVE, "glove.6B.14d.txt": "dog" + " 1" * 14 + "\n"})
    assert read(file, 4)[0] == list(WORDS)
    assert read(file, 14)[1].shape == (1, 14)
    with pytest.raises(WordVectorError, match=r"holds glove.6B.4d.txt, glove.6B.14d.txt. Received: no dimension. Give"):
        read(file)
    with pytest.raises(WordVectorError, match="Received: dimension 1."):
        read(file, 1)
    with pytest.raises(WordVectorError, match="holds no word vectors"):
        read(zipped(tmp_path / "other.zip", README="x"))


MALFORMED_LINES = [
    (b"few 1", Fault.TOO_FEW),
    (b"many 1 2 3", Fault.TOO_MANY),
    (b"half 1 x", Fault.NO_NUMBER),
    (b"", Fault.NO_WORD),
    (b" 1 2", Fault.NO_WORD),
    (b"nan 1 nan", Fault.NOT_FINITE),
    (b"far 1 1e39", Fault.NOT_FINITE),
    (b"zero 0 0.0", Fault.ZERO),
    (b"dog 5 5", Fault.REPEATED),
    (b"caf\xe9 1 2", Fault.NOT_UTF8),
    (b"few 2", Fault.TOO_FEW),
    (b"under 1_0 2", Fault.NO_NUMBER),
    (b"true True 1", Fault.NO_NUMBER),
    (b"return 1 2\r3", Fault.NO_NUMBER),
]


def test_malformed_lines_are_counted_by_fault_with_the_first_line_of_each(tmp_path: Path) -> None:
    lines = [b"dog 1 0", b"cat 0 1", *(line for line, _ in MALFORMED_LINES), b"piano 3 4"]
    words, vectors, report = read(saved(tmp_path / "glove.txt", b"\n".join(lines)))
    assert words == ["dog", "cat", "piano"] and vectors.tolist() == [[1, 0], [0, 1], [3, 4]]
    assert report.left_out == Counter(fault for _, fault in MALFORMED_LINES)
    first = {fault: number for number, (_, fault) in reversed(list(enumerate(MALFORMED_LINES, 3)))}
    assert report.first == first
    assert "2 × too few numbers (first: line 3)" in str(report)
    assert len(words) + report.left_out.total() == len(lines)


def test_words_may_contain_spaces_quotes_and_digits(tmp_path: Path) -> None:
    text = '. . . 1 2\n" 3 4\n2000 5 6\nat name@domain.com 7 8\nnew\u00a0york 9 10\n# 11 12\n\u2028 13 14\n'
    words, vectors, report = read(saved(tmp_path / "glove.840B.txt", text), 2)
    assert words == [". . .", '"', "2000", "at name@domain.com", "new\u00a0york", "#"]
    assert vectors.ravel().tolist() == list(range(1, 13))
    assert report.left_out == {Fault.NO_WORD: 1}


def test_words_are_lower_cased_and_the_first_of_each_is_kept(tmp_path: Path) -> None:
    file = saved(tmp_path / "news.bin", binary([b"New_York", b"Dog", b"dog", b"DOG", b"cat"], VECTORS[:5]))
    words, vectors, report = read(file)
    assert words == ["new_york", "dog", "cat"] and (vectors == VECTORS[[0, 1, 4]]).all()
    assert report.left_out == {Fault.REPEATED: 2} and "(first: record 3)" in str(report)


def test_faulty_records_of_a_binary_file_are_left_out(tmp_path: Path) -> None:
    vectors = np.array([[1, 2], [np.nan, 1], [0, 0], [3, 4], [5, 6], [7, 8]], np.float32)
    file = saved(tmp_path / "news.bin", binary([b"dog", b"nan", b"zero", b"", b"caf\xe9", b"a\nb"], vectors))
    words, _, report = read(file)
    assert words == ["dog"]
    assert report.first == {Fault.NOT_FINITE: 2, Fault.ZERO: 3, Fault.NO_WORD: 4, Fault.NOT_UTF8: 5, Fault.LINE_FEED: 6}


def test_a_binary_file_that_does_not_match_its_header_is_refused(tmp_path: Path) -> None:
    whole = binary([word.encode() for word in WORDS], VECTORS, b"")
    for cut in (1, 16, 17, len(whole) - 20):
        with pytest.raises(WordVectorError, match=r"ends within record \d of 7, or is damaged there. Download"):
            read(saved(tmp_path / "cut.bin", whole[:-cut]))
    with pytest.raises(WordVectorError, match="continues after the 6 words"):
        read(saved(tmp_path / "more.bin", binary([word.encode() for word in WORDS], VECTORS, count=6)))


def test_words_missing_from_a_text_file_are_counted(tmp_path: Path) -> None:
    _, _, report = read(saved(tmp_path / "head.vec", "100 4\n" + GLOVE))
    assert report.left_out == {Fault.MISSING: 93}


@pytest.mark.parametrize(
    ("content", "dimension", "message"),
    [
        (GLOVE, 3, "line 1: expected 3 numbers, received 4. Use the dimension 4, or a file of 3-d vectors"),
        ("\nbad\n" + GLOVE, 3, "line 3: expected 3 numbers, received 4"),
        ("7 5\n" + GLOVE, None, "line 2: expected 5 numbers, received 4"),
        ("7 4\n" + GLOVE, 3, "line 1: expected 3 numbers, received 4"),
        (binary([b"dog"], VECTORS[:1]), 300, "line 1: expected 300 numbers, received 4"),
        ("<html>\n<p>Not found\n", None, "line 1: expected a word and its numbers, received no number. Use"),
        ("<html>", 4, "is not a file of word vectors"),
        ("", 4, "is not a file of word vectors"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 4, "is not a file of word vectors"),
        ((793712314).to_bytes(4, "little") + bytes(20), 4, "is a fastText model, not word vectors. Use the .vec"),
        ("dog 0 0\ncat 0 0\n", 2, r"no usable word vector .*2 × a vector of zeros"),
    ],
)
def test_a_file_without_the_expected_vectors_is_refused(
    tmp_path: Path, content: str | bytes, dimension: int | None, message: str
) -> None:
    with pytest.raises(WordVectorError, match=message):
        read(saved(tmp_path / "words", content), dimension)


def test_damaged_archives_and_missing_files_are_refused(tmp_path: Path) -> None:
    text = "\n".join(f"w{number} {number + 1} 2" for number in range(10 * BLOCK_LINES)) + "\n"
    packed = gzip.compress(text.encode())
    with pytest.raises(WordVectorError, match=r"cannot be read .*\. Download or unpack it again"):
        read(saved(tmp_path / "cut.gz", packed[: len(packed) // 2]))
    archive = bytearray(zipped(tmp_path / "glove.zip", **{"glove.txt": text}).read_bytes())
    archive[1000:1020] = bytes(20)
    with pytest.raises(WordVectorError, match="cannot be read"):
        read(saved(tmp_path / "damaged.zip", bytes(archive)))
    with pytest.raises(WordVectorError, match="There are no word vectors at"):
        read(tmp_path / "absent.txt")


def test_blocks_keep_their_order_around_a_fault(tmp_path: Path) -> None:
    lines = [f"w{number} {number + 1} 0.5" for number in range(3 * BLOCK_LINES)]
    lines[BLOCK_LINES + 7] = "bad 1 x"
    words, vectors, report = read(saved(tmp_path / "glove.txt", "\n".join(lines)))
    assert report.first == {Fault.NO_NUMBER: BLOCK_LINES + 8}
    assert [int(word[1:]) + 1 for word in words] == vectors[:, 0].tolist()
    assert len(words) == len(lines) - 1
