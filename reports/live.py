"""Drawings for the page on which a review is curated, made from the rows as they are at this moment."""

from threading import Lock

from sqlalchemy import Connection

from db.codebook.codebook import codebook_from_database
from db.prisma import count_prisma
from db.vocabulary import Direction, Measure
from reports.figures import prisma_flow, traffic_light
from reports.figures.forest import plot as forest
from reports.figures.render import themed, to_svg
from reports.sections.appraisal import lights
from reports.sections.flow import diagram
from reports.sections.forests import forest_row, forest_summary
from review.bias.appraisals import read_appraisals
from review.bias.blind import seen_by
from review.bias.tool import tools
from review.curate.pictures import Picture
from review.effects import read_effects
from review.pool import pool_outcome

_DRAWING = Lock()
"""Fonts and settings of the drawing library are shared by all threads."""


class LivePictures:
    """Draws for the page what the report draws, from the same functions."""

    def flow(self, connection: Connection) -> Picture:
        """Draw the PRISMA flow diagram."""
        data = diagram(count_prisma(connection), codebook_from_database(connection), links=False)
        with _DRAWING:
            svg = to_svg(prisma_flow.figure(data), prefix="flow")
        title = "PRISMA 2020 flow of records, reports and studies"
        return Picture(title, themed(svg, title, prisma_flow.alt_text(data), identifier="flow"))

    def forests(self, connection: Connection, study: str) -> list[Picture]:
        """Draw the clean rows of a study beside the pooled estimate, a picture an outcome."""
        effects, codebook = read_effects(connection), codebook_from_database(connection)
        own = dict.fromkeys(e.outcome for e in effects.effects if e.source == study)
        pictures = []
        for outcome in own:
            pool = pool_outcome(effects, outcome, codebook)
            rows = tuple(forest_row(effect) for effect in pool.effects if effect.source == study)
            if not rows:
                continue
            lower = pool.outcome.better == Direction.LOWER
            data = forest.Forest(
                rows,
                forest_summary(pool),
                pool.outcome.label,
                "Ratio" if pool.measure == Measure.LOG_RATIO else "Points",
                log=pool.measure == Measure.LOG_RATIO,
                favours_low="favours quantized" if lower else "favours baseline",
                favours_high="favours baseline" if lower else "favours quantized",
                columns=(forest.RawColumn("Baseline"), forest.RawColumn("Quantized")),
            )
            pictures += self._forest(data, outcome)
        return pictures

    def _forest(self, data: forest.Forest, outcome: str) -> list[Picture]:
        title, name = f"Forest plot: {data.measure}", f"forest-{outcome.replace('_', '-')}"
        with _DRAWING:
            drawn = [to_svg(one, prefix=f"{name}-{i}") for i, one in enumerate(forest.figures(data))]
        told = forest.alt_text(data)
        return [
            Picture(title, themed(svg, title, told, identifier=f"{name}-{i}")) for i, svg in enumerate(drawn)
        ]

    def lights(self, connection: Connection, tool: str, viewer: str | None = None) -> Picture | None:
        """Draw the judgements made with a tool, as far as a person may see them; see `review.bias.blind.seen_by`."""
        asked = tools()[tool]
        its = seen_by(read_appraisals(connection, tool=tool), asked, viewer)
        if not its:
            return None
        data = lights(asked, its)
        title = f"Judgements by {asked.name}"
        with _DRAWING:
            pages = traffic_light.figures(data)
            svg = to_svg(pages[0], prefix=f"lights-{tool}")
        return Picture(title, themed(svg, title, traffic_light.alt_text(data), identifier=f"lights-{tool}"))
