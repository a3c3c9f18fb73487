"""What the page shows as drawings; they are drawn elsewhere, since the review knows nothing of figures."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection


@dataclass(frozen=True)
class Picture:
    """A drawing for an HTML page: an SVG element that brings its name and description along."""

    title: str
    svg: str


class Pictures(Protocol):
    """What the front door gives to the page."""

    def flow(self, connection: Connection) -> Picture:
        """Draw the PRISMA flow diagram as the rows are now."""

    def forests(self, connection: Connection, study: str) -> list[Picture]:
        """Draw the study's rows beside the pooled estimate, a picture an outcome."""

    def lights(self, connection: Connection, tool: str, viewer: str | None = None) -> Picture | None:
        """Draw the judgements made with a tool of appraisal that a person may see; None where there is none."""
