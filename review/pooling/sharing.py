"""Who shares data: groups of studies that count as one, by what curators recorded and by the names of data sets."""

from collections.abc import Sequence
from dataclasses import dataclass

from review.effects import Effect
from review.pooling.analysis import Grouping, sure_group
from review.pooling.classes import dataset_names


def dataset_groups(effects: Sequence[Effect]) -> dict[str, str]:
    """Return for each study group the name of its larger group: groups that name a data set in common are one.

    Parameters
    ----------
    effects
        Effects of one outcome.

    Notes
    -----
    Two groups that test on one public data set may test on the same images. Whether they do is not known, so that this
    grouping is for a sensitivity analysis. Sharing is passed on: A with B and B with C make one group of three.
    """
    names: dict[str, set[str]] = {}
    for effect in effects:
        names.setdefault(effect.group, set()).update(dataset_names(effect))
    clusters: list[tuple[list[str], set[str]]] = []
    for group, its in names.items():
        joined = [cluster for cluster in clusters if cluster[1] & its]
        members = [name for cluster in joined for name in cluster[0]] + [group]
        clusters = [cluster for cluster in clusters if cluster not in joined]
        clusters.append((members, its.union(*(cluster[1] for cluster in joined))))
    return {group: "+".join(sorted(members)) for members, _ in clusters for group in members}


def by_dataset(effects: Sequence[Effect]) -> Grouping:
    """Return the grouping in which groups that name a data set in common are one.

    Parameters
    ----------
    effects
        Effects of one outcome.
    """
    groups = dataset_groups(effects)
    return lambda effect: groups[effect.group]


@dataclass(frozen=True)
class SharedData:
    """Which groups of an outcome hold several studies, and which join only if data sets named in common count.

    `sure` and `possible` name groups that curators recorded; `datasets` names groups that would join.
    """

    sure: tuple[str, ...]
    possible: tuple[str, ...]
    datasets: tuple[str, ...]


def shared_data(effects: Sequence[Effect]) -> SharedData:
    """Tell which studies of an outcome share authors or data.

    Parameters
    ----------
    effects
        Effects of one outcome.
    """
    sources: dict[str, set[str]] = {}
    sure: dict[str, set[str]] = {}
    for effect in effects:
        sources.setdefault(effect.group, set()).add(effect.source)
        sure.setdefault(effect.group, set()).add(sure_group(effect))
    several = [group for group, its in sources.items() if len(its) > 1]
    joined = dataset_groups(effects)
    wider = dict.fromkeys(joined[group] for group in sources if joined[group] != group)
    return SharedData(
        tuple(group for group in several if len(sure[group]) == 1),
        tuple(group for group in several if len(sure[group]) > 1),
        tuple(wider),
    )
