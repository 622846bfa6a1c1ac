"""Figures that others have published, each with its source, to compare with the figures of this project."""

from __future__ import annotations

from typing import Any

SEED = "the notebook that this project started from: VGG16 and GloVe 6B 300-d, 400,000 words, the same 100 test pictures"
DEVISE = "Frome et al. (2013), “DeViSE: A Deep Visual-Semantic Embedding Model”, NeurIPS, abstract"
CONSE = "Norouzi et al. (2014), “Zero-Shot Learning by Convex Combination of Semantic Embeddings”, ICLR"

SEEDS_FIGURES = {"hit@5": 0.43, "hit@10": 0.51, "hit@20": 0.61, "hp@5": 0.252, "hp@10": 0.269, "hp@20": 0.312}

REFERENCES: tuple[dict[str, Any], ...] = (
    {"protocol": "pascal-sentences", "method": "the 2020 notebook", "figures": SEEDS_FIGURES, "source": SEED},
    {
        "protocol": "zero-shot",
        "method": "DeViSE, thousands of unseen ImageNet labels",
        "figures": {"hit@k, the most": 0.18},
        "source": DEVISE,
    },
    {
        "protocol": "zero-shot",
        "method": "ConSE, about 1600 unseen ImageNet labels",
        "figures": {"hit@1": 0.094, "hit@5": 0.247},
        "source": CONSE,
    },
)
"""The figures of the papers are on other images and labels. They show the order of magnitude and cannot be compared directly."""
