"""How things move over time: function first, pain last."""

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from amble.care.journey import charts, progress, sentences

from ..gate import programme_page


@programme_page(etmi=True)
def show(request):
    lines = [_line(line) for line in progress.series(request.episode)]
    weeks = list(request.episode.checkins.order_by("week"))
    return render(
        request, "patients/progress/show.html", {"lines": lines, "weeks": weeks, "weeks_chart": _weeks(weeks)}
    )


def _line(line: progress.Series) -> dict:
    """What the page shows of one line: its sentence, its chart and the table beside it."""
    name = str(sentences.NAMES[line.id])
    smallest = line.smallest_that_matters
    first = line.points[0].value
    low, high = line.scale.range
    labels = [str(label) for label in sentences.ACTIVITY_LABELS] if line.id == "activity_level" else []
    chart = charts.line_chart(
        [(point.day, point.value) for point in line.points],
        low=low,
        high=high,
        title=_("%(name)s over time. The numbers are in the table below.") % {"name": name},
        band=(first - smallest, first + smallest) if smallest else None,
        labels=labels,
        right_to_left=get_language_bidi(),
    )
    return {
        "id": line.id,
        "name": name,
        "scale": sentences.SCALES[line.id],
        "sentence": sentences.sentence(line),
        "chart": chart,
        "smallest": smallest,
        "validated": line.instrument.validated,
        "rows": [
            (point.day, sentences.VISITS[point.visit], sentences.value_of(line, point))
            for point in line.points
        ],
    }


def _weeks(weeks) -> str:
    return charts.ratings_chart(
        [(timezone.localdate(week.at), week.held_back) for week in weeks],
        title=_("How much my back held me back, week by week. The numbers are in the table below."),
    )
