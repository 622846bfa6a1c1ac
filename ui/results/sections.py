"""The sections of the page *Results*, from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import streamlit as st

from devise_core.engine import Engine
from devise_core.evaluate.categories import CategoryJudge, CategoryResult, evaluate_categories
from devise_core.installation import PROGRAM
from devise_core.results import COMMAND, OURS, Classes, Results
from devise_core.storage.paths import APP
from ui.hit.gallery import gallery
from ui.hit.tiles import Marks
from ui.results.chart_data import are_seeds
from ui.results.charts import bars, curves
from ui.results.comparison import describe_metrics, show_protocols
from ui.results.headlines import CONSE, headlines
from ui.results.palette import Palette, show_chart
from ui.results.summary import show_summary
from ui.text import plain

CARD = APP / "MODEL_CARD.md"
CARD_TITLE = "\n# Model card\n"
ENDS = 12
"""How many of the best and of the worst classes are shown."""
AVERAGE_PRECISION = (
    "A measure of the whole list of results, which is 1 if the {images} right pictures come first and near 0 if they come last."
)
EXTREMES, TILES = 3, 4
"""How many of the best and of the worst queries are shown, and how many pictures of each."""


def summary(engine: Engine) -> None:
    """Show the most important figure in one sentence and one chart, or say how to measure the model if nothing was measured."""
    results = engine.results()
    if results is None or not results.tables:
        st.info(f"This model has not been measured yet. To measure it, run `{COMMAND}`.", icon=":material/science:")
        return
    if remark := results.remark(engine.model_id):
        st.warning(remark, icon=":material/warning:")
    show_summary(results)


def figures(engine: Engine) -> None:
    """Show everything that has been measured for the model."""
    results = engine.results()
    if results is None or not results.tables:
        return
    headlines(results)
    st.header("Compared with other methods")
    show_protocols(results)
    _classes(results)


def _classes(results: Results) -> None:
    """Show a bar for each of the best and the worst classes."""
    sets = {name: classes for name, classes in results.per_class.items() if any(OURS in row for row in classes.classes.values())}
    if not sets:
        return
    st.header("Class by class")
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    name = left.selectbox("Classes of", list(sets), index=most_queries(list(sets.values())), key="results_classes")
    classes = sets[name]
    default = next((metric for metric in classes.metrics if metric.endswith("@5")), classes.metrics[0])
    key = f"results_metric_{name}"
    metric = right.segmented_control("Metric", classes.metrics, default=default, required=True, key=key) or default
    place = classes.metrics.index(metric)
    order = sorted(classes.classes, key=lambda each: (-classes.classes[each][OURS][place], each))
    parts = {"": order}
    if len(order) > 2 * ENDS:
        parts = {f"The best {ENDS} of {len(order)}": order[:ENDS], f"The worst {ENDS}": order[: -ENDS - 1 : -1]}
    palette = Palette.of_theme()
    for column, (title, shown) in zip(st.columns(len(parts), gap="medium"), parts.items(), strict=True):
        with column:
            if title:
                st.markdown(f"**{title}**")
            values = ", ".join(f"{each} {classes.classes[each][OURS][place]:.2f}" for each in shown)
            show_chart(f"{metric} of each class. {values}", bars, classes, shown, metric, CONSE, palette)
    st.caption(" ".join([*describe_metrics([metric]), f"The bar is {OURS} and the tick is {CONSE}."]))


def most_queries(sets: Sequence[Classes]) -> int:
    """Return the position of the set with the most queries per class. If a class has one query, its figure is only 0 or 1."""
    means = [sum(classes.queries.values()) / len(classes.queries) for classes in sets]
    return means.index(max(means))


def training(engine: Engine) -> None:
    """Show the training loss after each epoch."""
    losses = engine.losses()
    if not losses:
        return
    st.header("Training")
    first, last = ([curve[place] for curve in losses.values()] for place in (0, -1))
    show_chart(
        f"The training loss of {', '.join(losses)}, falling from {max(first):.1f} to {min(last):.1f}.",
        curves,
        losses,
        Palette.of_theme(),
    )
    mean = " The thick line is the mean of the runs." if are_seeds(losses) else ""
    st.caption(
        f"The mean loss in each epoch: {', '.join(losses)}. A lower loss means that the right word is further ahead of the wrong "
        f"ones.{mean}"
    )


_CATEGORY_QUERIES: WeakKeyDictionary[Engine, list[CategoryResult]] = WeakKeyDictionary()
"""Engine → its results. They are dropped with the engine, so nothing of uploaded pictures remains."""


def _category_queries(engine: Engine) -> list[CategoryResult]:
    if engine not in _CATEGORY_QUERIES:
        _CATEGORY_QUERIES[engine] = evaluate_categories(engine)
    return _CATEGORY_QUERIES[engine]


def queries(engine: Engine) -> None:
    """Search for each category of the collection, and show the best and the worst queries with their results.

    Show nothing if the collection has no pictures.
    """
    collection = engine.collection
    if not len(collection):
        return  # the search pages say how to make a collection
    st.header(f"Best and worst queries in {plain(collection.title)}")
    asked = _category_queries(engine)
    if len(asked) < 2:
        st.caption("This collection has no categories to search for. Choose another collection above.")
        return
    st.caption(
        f"The app has just searched for {len(asked)} kinds of things by their names. A picture counts as right if its category or "
        "one of its labels names that kind of thing. If neither names it, the picture counts as wrong, unless the app cannot tell "
        "what kind of thing the labels name. Then the picture is not judged. The pictures below are in the order of the search. "
        "The average precision is computed with a simpler order, by similarity to the word. It is 1 if all right pictures come "
        "first, and lower the further down they are. It can be low even if the first pictures are right, because other right "
        "pictures may come later."
    )
    judge, ends = CategoryJudge(engine), min(EXTREMES, len(asked) // 2)
    for title, part in (("Highest average precision", asked[:ends]), ("Lowest average precision", asked[: -ends - 1 : -1])):
        st.markdown(f"### {title}")
        for each in part:
            hits = engine.search_text(each.query, k=TILES)
            verdicts = judge.judge([hit.item for hit in hits], each.query)
            st.markdown(
                f"**“{plain(each.query)}”** · {right_of(verdicts)} · average precision {each.average_precision:.2f}",
                help=AVERAGE_PRECISION.format(images=each.images),
            )
            marks = Marks(verdicts=dict(zip((hit.id for hit in hits), verdicts, strict=True)))
            gallery(engine, hits, f"results-{each.query}", marks, plain=True)


def right_of(verdicts: Sequence[bool | None]) -> str:
    """Return in words how many of the first pictures are right. A verdict is None for a picture that is not judged."""
    right, judged = verdicts.count(True), len(verdicts) - verdicts.count(None)
    if judged == len(verdicts):
        return f"{right} of the first {judged} are right"
    unjudged = f"{len(verdicts) - judged} not judged"
    return f"{right} of the first {len(verdicts)} are right, {unjudged}" if judged else f"of the first {len(verdicts)}, {unjudged}"


def model_card(engine: Engine) -> None:
    """Show the model card, and the sizes of the vocabulary, the collection and the vectors."""
    st.header("Model card")
    facts = {"Pictures": len(engine.collection), "Dimensions": engine.text.dimension}
    if engine.vocabulary:
        facts = {"Words": len(engine.vocabulary), "Nouns": engine.vocabulary.noun_count, **facts}
    for column, (name, count) in zip(st.columns(len(facts)), facts.items(), strict=True):
        column.metric(name, f"{count:,}")
    if CARD.is_file():
        st.markdown(CARD.read_text("utf-8").partition(CARD_TITLE)[2])  # the text before the title is metadata for programs
    else:
        st.info(f"The model card is missing. Restore it with git checkout, or run `{PROGRAM} build card`.")
