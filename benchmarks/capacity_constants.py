"""What a collection needs for each image. Each number names the command that measured it, or the page that states it."""

from __future__ import annotations

from dataclasses import dataclass

from devise_core.collections.milvus.indexes import GRAPH as HNSW
from devise_core.collections.milvus.indexes import INDEX_PARAMETERS

GRAPH = "devise_core/collections/milvus/indexes.py"
SCALE = "python -m benchmarks.scale FOLDER --count 1000000"
MEASURE = "python -m benchmarks.capacity --measure"
FAISS = "https://github.com/facebookresearch/faiss/wiki/Guidelines-to-choose-an-index"
KNOWHERE = "https://milvus.io/docs/v2.5.x/configure_knowhere.md"


@dataclass(frozen=True)
class Constant:
    """A number that the tables are computed from.

    Attributes:
        value: The number.
        unit: Its unit.
        meaning: What it is.
        source: The command that measured it, or the page that states it.
    """

    value: float
    unit: str
    meaning: str
    source: str


FILES = {
    "items.sqlite": 247.0,
    "captions.sqlite": 91.0,
    "embeddings.npy": 200.0,
    "features.npy": 2560.0,
    "score_vectors.npy": 258.0,
    "embeddings.scan": 104.0,
    "score_vectors.scan": 133.0,
    "looks.scan": 132.0,
    "partitions.npy": 8.0,
    "projections.npz": 44.0,
}
"""Bytes for each image in each file of a large collection. ``--check`` compares them with a folder."""

THUMBNAIL = Constant(16_226, "bytes", "the thumbnail of an image", MEASURE)
EMBED = Constant(65.7, "CPU ms", "decode, embed and shrink a JPEG of 500 × 375, with ONNX Runtime", MEASURE)
EMBED_KERAS = Constant(95.8, "CPU ms", "the same with TensorFlow", MEASURE)
WRITE = Constant(0.7, "CPU ms", "write an image after embedding", SCALE)
PROCESS_MEMORY = Constant(158_000_000, "bytes", "memory of a process before it has opened a collection", SCALE)
MAPPED_MEMORY = Constant(
    253.0, "bytes", "memory that an image adds to a process that shows pages, without the files of vectors up to 256 MiB", SCALE
)
PAGE = Constant(46.0, "CPU ms", "a page of a search, without what grows with the collection", SCALE)
PAGE_PER_MILLION = Constant(123.0, "CPU ms", "what a million images add to a page", SCALE)

LINKS = Constant(INDEX_PARAMETERS[HNSW]["M"], "links", "links of a vector in the HNSW graph that `index` makes (M)", GRAPH)
LINK = Constant(8, "bytes", "a link of an HNSW graph", FAISS)
LIST_ID = Constant(8, "bytes", "the id beside a vector in an IVF_SQ8 list", FAISS)
DISKANN_CODES = Constant(0.125, "of the vectors", "the codes that DiskANN keeps in memory", KNOWHERE)
DISKANN_CACHE = Constant(0.1, "of the vectors", "the vectors that DiskANN keeps in memory", KNOWHERE)
DISKANN_DEGREE = Constant(56, "links", "links of a vector in the graph that DiskANN keeps on disk. Each takes 4 bytes", KNOWHERE)

CONSTANTS = (
    THUMBNAIL,
    EMBED,
    EMBED_KERAS,
    WRITE,
    PROCESS_MEMORY,
    MAPPED_MEMORY,
    PAGE,
    PAGE_PER_MILLION,
    LINKS,
    LINK,
    LIST_ID,
    DISKANN_CODES,
    DISKANN_CACHE,
    DISKANN_DEGREE,
)
