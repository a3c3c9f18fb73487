"""Publications per year by technique: one bar a year, and a bar apart for studies whose year no text stated."""

from collections import Counter
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from reports.figures import style
from reports.figures.words import counted, listed

SEVERAL = "several techniques"
UNKNOWN = "not specified"
NO_YEAR = "year not stated"
NOTE = f"Each study counts once: one with more than one technique stands under “{SEVERAL}”."


@dataclass(frozen=True)
class Publication:
    """One study: its year, if a text stated one, and the labels of its techniques."""

    year: int | None
    techniques: tuple[str, ...]


@dataclass(frozen=True)
class Publications:
    """The studies and the order of the technique labels; `partial_year` is one that the search did not cover wholly."""

    studies: tuple[Publication, ...]
    techniques: tuple[str, ...] = ()
    partial_year: int | None = None


def classes(data: Publications) -> list[str]:
    """Return the classes in stacking order: single techniques, several, not specified."""
    order = [label for label in data.techniques if label not in style.SILENT]
    for study in data.studies:
        order += [label for label in study.techniques if label not in style.SILENT and label not in order]
    return [*order, SEVERAL, UNKNOWN]


def _class_of(study: Publication) -> str:
    spoken = [label for label in dict.fromkeys(study.techniques) if label not in style.SILENT]
    if len(spoken) > 1:
        return SEVERAL
    return spoken[0] if spoken else UNKNOWN


def table(data: Publications) -> pd.DataFrame:
    """Return studies per year and class; years without a study stand as rows of zeros."""
    years = [study.year for study in data.studies if study.year is not None]
    index: list[str] = [str(year) for year in range(min(years), max(years) + 1)] if years else []
    if any(study.year is None for study in data.studies):
        index.append(NO_YEAR)
    counts = Counter(
        (NO_YEAR if study.year is None else str(study.year), _class_of(study)) for study in data.studies
    )
    present = [label for label in classes(data) if any(name == label for _, name in counts)]
    rows = [[counts[year, label] for label in present] for year in index]
    frame = pd.DataFrame(rows, columns=present, index=range(len(index)), dtype=int)
    frame.insert(0, "year", pd.Series(index, dtype="str"))
    frame["all"] = [sum(row) for row in rows]
    return frame


def alt_text(data: Publications) -> str:
    """Describe the figure from its numbers."""
    if not data.studies:
        return "No study to count by year."
    frame = table(data)
    dated = frame[frame["year"] != NO_YEAR]
    totals = frame.drop(columns=["year", "all"]).sum().sort_values(ascending=False, kind="stable")
    parts = [f"Stacked bars: {counted(len(data.studies), 'study')}"]
    if len(dated):
        parts[0] += f" by year, {dated['year'].iloc[0]} to {dated['year'].iloc[-1]}"
        most, peak = max(zip(dated["all"], dated["year"], strict=True), key=lambda pair: int(pair[0]))
        parts.append(f"Most in {peak}: {most}")
        parts.append("Per year: " + listed([f"{row['year']} {row['all']}" for _, row in dated.iterrows()]))
    undated = int(frame.loc[frame["year"] == NO_YEAR, "all"].sum())
    if undated:
        parts.append(f"Year not stated: {undated}")
    parts.append("By technique: " + listed([f"{label} {n}" for label, n in totals.items()]))
    return ". ".join(parts) + "."


@style.styled
def draw(data: Publications, ax: Axes) -> Axes:
    """Draw the stacked bars; the bar of undated studies stands one gap to the right."""
    frame = table(data)
    columns = [column for column in frame.columns if column not in ("year", "all")]
    looks = style.looks([label for label in classes(data) if label != SEVERAL])
    looks[SEVERAL] = style.Look(style.BROWN, "o", "xx")
    positions = [float(i) + (0.6 if year == NO_YEAR else 0.0) for i, year in enumerate(frame["year"])]
    bottom = [0] * len(frame)
    top = max(frame["all"].max(), 1)
    ax.set_ylim(0, top * 1.1)
    unit = ax.get_window_extent().height / (top * 1.1)
    for column in columns:
        values = frame[column].tolist()
        look = looks[column]
        ax.bar(
            positions,
            values,
            width=0.74,
            bottom=bottom,
            color=look.color,
            hatch=look.hatch,
            label=column,
            edgecolor=style.ON_HUE,
            linewidth=0.5,
        )
        for x, low, value in zip(positions, bottom, values, strict=True):
            if value * unit >= 9.5:
                halo = [withStroke(linewidth=3.2, foreground=look.color)] if look.hatch else []
                ax.text(
                    x,
                    low + value / 2,
                    str(value),
                    ha="center",
                    va="center_baseline",
                    size=style.SMALL,
                    color=style.ON_HUE,
                    path_effects=halo,
                )
        bottom = [low + value for low, value in zip(bottom, values, strict=True)]
    for x, total in zip(positions, frame["all"], strict=True):
        ax.annotate(
            str(total),
            (x, total),
            (0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            weight="bold",
            size=style.TEXT,
        )
    names = [
        f"{year}\n(part)" if year == str(data.partial_year) else year.replace("year not", "year\nnot")
        for year in frame["year"]
    ]
    every = -(-len(names) // 24)
    shown = [
        i for i, year in enumerate(frame["year"]) if year == NO_YEAR or (len(names) - 1 - i) % every == 0
    ]
    ax.set_xticks([positions[i] for i in shown], [names[i] for i in shown])
    ax.tick_params(axis="x", length=0)
    ax.set_xlim(-0.6, positions[-1] + 0.6)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    ax.yaxis.grid(visible=True)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_ylabel("studies")
    return ax


@style.styled
def figure(data: Publications) -> Figure:
    """Return the figure at print size."""
    if not data.studies:
        return style.empty_figure("No study to count by year.")
    fig = style.new_figure(216)
    ax = style.place(fig, 34, 30, style.WIDTH - 40, 150)
    draw(data, ax)
    fig.legend(loc="upper left", bbox_to_anchor=(0.06, 1.0), ncols=4)
    return fig
