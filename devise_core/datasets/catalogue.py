"""What there is to fetch: the home of each set, what its files weigh and hash to, and where their members go here.

Sizes and digests are those others check by: Caltech-101 as for TensorFlow Datasets, GloVe as in Keras's examples, Flickr8k as in
torchdatasets for R. Where none is known for sure it is None, and the archive's own check sums (zip, gzip) are what there is: GitHub
makes the archive of ImageNet's samples afresh at every request, and none was found for IAPR TC-12 or for Pascal's pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

CAPTIONS = "captions.csv"
FLICKR_TOKENS = "Flickr8k.token.txt"


@dataclass(frozen=True)
class Source:
    """One file at a set's home; on a mirror it has the same ``name``, directly below the mirror's address.

    ``size`` in bytes; ``digest`` as ``sha256:…`` or ``md5:…``. ``keep``: pairs of a pattern that matches a member's whole path and
    the path it gets below the set's folder; without any, the file itself is the set. ``inner``: a pattern for an archive within.
    """

    name: str
    url: str
    size: int | None = None
    digest: str | None = None
    keep: tuple[tuple[str, str], ...] = ()
    inner: str | None = None


@dataclass(frozen=True)
class DataSet:
    """A set by the name it is asked for. ``page``: its one source is a page whose pictures stand beside it.

    ``pictures``: how many there are, None where that is not known for sure.
    """

    name: str
    licence: str
    sources: tuple[Source, ...]
    pictures: int | None = None
    page: bool = False


PASCAL_SENTENCES = DataSet(
    "pascal-sentences",
    "captions CC BY-SA 3.0 (see the page); pictures from Flickr, as in PASCAL VOC",
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
    "none stated; ImageNet's terms: research and teaching",
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
    "research and teaching; pictures on Flickr's terms",
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
    "free of charge and without copyright restrictions, as its makers say",
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
DATA_SETS = {known.name: known for known in (PASCAL_SENTENCES, CALTECH_101, IMAGENET_SAMPLES, FLICKR8K, IAPRTC12, GLOVE_6B)}
