"""The chart of mobility areas: a wheel of discs, ways between them, and what each area is."""

from typing import TYPE_CHECKING, Final

from passerelles.charts.drawing import Chart, Fill, Pen, bend
from passerelles.charts.style import GREY, INK, MARGIN, SKY, page_of
from passerelles.language.say import Lang
from passerelles.views.spec import On

if TYPE_CHECKING:
    from passerelles.areas import Area, MobilityAreas, Spot

_DISC: Final = Fill(SKY, edge=INK, width=0.8)
_SHARE: Final = 0.62  # of the page that the wheel takes
_WIDEST: Final = 5.0  # way, in points


def area_map(found: "MobilityAreas", *, width: float = 8.0, lang: Lang = "fr") -> Chart:
    """
    Draw mobility areas on a wheel, with the ways on which people pass between them.

    A disc grows with the jobs of its area, a way with the moves between two areas, both directions together; areas that
    exchange most stand side by side as far as can be, and the place on the wheel says nothing more.

    Parameters
    ----------
    found
        What `mobility_areas` gives; with a market, what it says of each area stands beside its name.
    width
        In inches, from 4 to 40; the height follows.
    lang
        Language of the words.

    Returns
    -------
    chart
        A matplotlib figure; `description` says the same in words.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> from passerelles import build_graph, charts, load_referential, mobility_areas
    >>> charts.area_map(mobility_areas(build_graph(load_referential()))).title
    '8 aires de mobilité'
    """
    pen = Pen(page_of(width), "areas", lang)
    page = found.page(lang)
    y = pen.heading(pen.say("meaning"), title=page.title)
    half = pen.page.inner * _SHARE / 2
    middle = (pen.page.width / 2, y + half)
    spots, ways = found.wheel()

    def at(spot: "Spot") -> tuple[float, float]:
        return middle[0] + half * spot.x, middle[1] + half * spot.y

    for start, end, thick in ways:
        pen.outline(bend(at(start), middle, at(end)), Fill("none", edge=GREY, width=_WIDEST * thick), over=1.0)
    for spot in spots:
        x, top = at(spot)
        pen.dot((x, top), 2 * half * spot.radius, _DISC)
        pen.text((x, top - pen.size * 0.7), str(spot.area.number), bold=True, align="center")
    y += 2 * half + pen.size
    told = [_told(pen, area) for area in found.areas]
    for words in told:
        y = pen.text((MARGIN, y), words, width=pen.page.inner) + 2
    for note in page.notes:
        y = pen.note(y + 2, note)
    return pen.chart(y, " ".join([pen.say("meaning"), *told]), note=False)


def _told(pen: Pen, area: "Area") -> str:
    """Return the number, name and size of an area, and its market where there is one."""
    facts = [pen.say("jobs", n=len(area.members))]
    for column in area.spec.columns if area.market is not None else ():
        if On.PAGE in column.on and column.key in ("projects", "tension", "wage_ratio"):
            known = column.screen(area, pen.lang)
            facts += [f"{column.head(pen.lang)} {known}"] if known else []
    return f"{area.number}. {area.name} ({', '.join(facts)})"
