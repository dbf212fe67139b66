"""Pictures of experiments, drawn from their results: nothing is computed here but places on the page.

Monte Carlo: the band in which a true claim lies with 99 % at each point, the claim in it and the near-miss far outside;
and the distance of the two sides as samples are added, down to the floor that the samples allow.  High precision: the
law on logarithmic axes with its near-miss, and the digits of agreement.  Exact: both sides in every finite space, on
the diagonal or not.

Colours are those that the colour-blind tell apart, and every kind of point has a mark of its own.  The same result
gives the same file, to the last byte.  Matplotlib is the extra `sgdproofs[plot]`, and is imported when a picture is
drawn.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .language.derivation import Calc, Refutation, leaves
from .language.errors import MissingTool, SgdproofsError
from .language.statements import NotDetermined, Relation
from .printing import put
from .render.latex import latex

__all__ = ["ENDINGS", "available", "picture", "save"]

ENDINGS = (".svg", ".png", ".pdf")
CLAIM, MISS, DROPPED, QUIET = "#0072B2", "#D55E00", "#7A3E8E", "#8a8a8a"
LOOKS = {
    "claim": {"color": CLAIM, "marker": "o"},
    "near-miss": {"color": MISS, "marker": "X"},
    "facts dropped": {"color": DROPPED, "marker": "^"},
}
STYLE = {
    "font.size": 9.0, "font.family": "DejaVu Sans", "mathtext.fontset": "dejavusans", "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "grid.color": "#e2e2e2", "grid.linewidth": 0.6,
    "axes.axisbelow": True, "legend.frameon": False, "svg.fonttype": "path", "figure.dpi": 110, "savefig.dpi": 160,
    "axes.titlesize": 9.5, "axes.titlelocation": "left", "axes.titleweight": "bold", "axes.formatter.useoffset": False,
}  # fmt: skip
Z99 = 2.5758293035489004
"""Half the width of the band that holds 99 % of a normal law, in standard deviations."""


def _matplotlib() -> Any:
    try:
        import matplotlib
        from matplotlib import figure
    except ImportError:
        raise MissingTool('a picture needs Matplotlib: pip install "sgdproofs[plot]"') from None
    return matplotlib, figure


def available() -> None:
    """MissingTool, with the mend, if Matplotlib is not installed."""
    _matplotlib()


def save(results: Sequence[Any], path: Path) -> None:
    """The pictures of all experiments of an entry, one below the other, as SVG, PNG or PDF."""
    if path.suffix not in ENDINGS:
        raise SgdproofsError(f"{path}: a picture ends in one of {', '.join(ENDINGS)}")
    drawn = _drawn(tuple(results), path.suffix[1:])
    put(path, drawn)


def picture(result: Any) -> tuple[str, str]:
    """One experiment: its picture as SVG, and what it shows in words."""
    return _drawn((result,), "svg").decode(), f"Picture of the check. {result.describe()}"


def _drawn(results: tuple[Any, ...], form: str) -> bytes:
    matplotlib, figure = _matplotlib()
    if not results:
        raise SgdproofsError("there is no experiment: nothing to draw")
    salt = "/".join(result.name for result in results)
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **STYLE, "svg.hashsalt": salt}):
        whole = figure.Figure(figsize=(8.6, 3.9 * len(results)), layout="constrained")
        parts = whole.subfigures(len(results), 1, squeeze=False, hspace=0.04)[:, 0]
        for part, result in zip(parts, results, strict=True):
            _experiment(part, result)
        stream = io.BytesIO()
        nothing = {"svg": {"Date": None, "Creator": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
        whole.savefig(stream, format=form, metadata=nothing[form], facecolor="white")
    return stream.getvalue()


def _experiment(part: Any, result: Any) -> None:
    """One experiment: its name, two panels, and the legend with the statements themselves."""
    entry = result.entry
    passed = "passed" if result.passed else "NOT PASSED"
    part.suptitle(
        f"{entry.title or entry.name}: {result.name.partition(': ')[2]}, {passed}",
        fontsize=10,
        x=0.01,
        ha="left",
        weight="bold",
    )
    data = result.data
    names = _names(result)
    if data.get("series"):
        _monte_carlo(part, data)
    elif data.get("digits"):
        _precision(part, data)
    elif data.get("pairs"):
        _exact(part, data, {role: name.partition(":")[0] for role, name in names.items()})
    elif data.get("two_points"):
        _two_points(part, entry.claim, data["two_points"])
    else:
        panel = part.subplots()
        panel.axis("off")
        panel.text(0.5, 0.5, result.summary, ha="center", va="center", wrap=True)
        return
    _legend(part, names)


def _line_called(entry: Any, text: str) -> Any:
    """The line of the proof that reads so, or the text itself."""
    for item in leaves(getattr(entry, "proof", ())):
        rows = [Relation(item.start, row.rel, row.expr) for row in item.rows] if isinstance(item, Calc) else []
        for statement in (*rows, item.conclusion):
            if str(statement).partition(" if ")[0] == text.partition(" if ")[0]:
                return statement
    return text


def _names(result: Any) -> dict[str, str]:
    """What each kind of point is called: the statements of the entry."""
    entry = result.entry
    experiment = entry.experiments[result.number]
    miss, claim = getattr(experiment, "near_miss", None), getattr(experiment, "loops", entry.claim)
    roles = {"claim": "claim", "near-miss": "near-miss"}
    if isinstance(entry, Refutation):
        claim, miss = miss, claim
        roles = {"claim": "what is true", "near-miss": "as printed"}
    shown = result.data.get("shown")
    if shown and not result.data.get("is_claim"):  # the claim speaks of a limit: a line of the proof is drawn
        claim, roles["claim"] = _line_called(entry, shown), "line of the proof"
    dropped = ", ".join(fact.name for fact in getattr(experiment, "facts_dropped", ()))
    return {
        "claim": f"{roles['claim']}:  {_formula(claim)}",
        "near-miss": f"{roles['near-miss']}:  {_formula(miss)}" if miss is not None else "",
        "facts dropped": f"claim without: {dropped}" if dropped else "",
    }


def _formula(statement: Any) -> str:
    """The statement as mathematics where Matplotlib can set it on a line, else as plain text."""
    from matplotlib.mathtext import MathTextParser

    if isinstance(statement, NotDetermined):
        return f"${latex(statement.target)}$  is not determined by  ${latex(statement.by)}$"
    if isinstance(statement, Relation):
        tex = f"${latex(Relation(statement.lhs, statement.rel, statement.rhs))}$"
        tex = re.sub(r"\\(le|ge)(?![A-Za-z])", r"\\\1q", tex)  # the names that Matplotlib knows
        try:
            MathTextParser("path").parse(tex)
        except ValueError:
            pass
        else:
            return tex
    return str(statement).replace("$", r"\$")


def _legend(part: Any, names: dict[str, str]) -> None:
    handles: dict[str, Any] = {}
    for panel in part.axes:
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True):
            handles.setdefault(names.get(label) or label, handle)
    part.legend(
        handles.values(),
        handles.keys(),
        loc="outside lower left",
        fontsize=8.5,
        ncols=1,
        handletextpad=0.6,
        borderaxespad=0.2,
    )


# --- Monte Carlo -----------------------------------------------------------------------------------------


def _monte_carlo(part: Any, data: dict[str, Any]) -> None:
    running = data.get("running") or {}
    panels = part.subplots(1, 2, squeeze=False, gridspec_kw={"width_ratios": (1, 1.1)})[0]
    _band(panels[0], data)
    if running:
        _floor(panels[1], running)
    else:
        panels[1].remove()


def _band(panel: Any, data: dict[str, Any]) -> None:
    """How far each statement is from the simulation, in standard errors, on an axis that is linear near 0."""
    series = data["series"]
    most = max((len(points) for points in series.values()), default=1)
    panel.axhspan(-Z99, Z99, color="#c9dcea", lw=0, label="99 % band of the simulation")
    for sign in (1, -1):
        panel.axhline(
            sign * data["threshold"],
            color=QUIET,
            ls="--",
            lw=1,
            label="a claim is rejected beyond" if sign == 1 else None,
        )
    shift = {"claim": 0.0, "near-miss": 0.12, "facts dropped": -0.12}
    for role, points in series.items():
        places = [k + shift[role] for k, point in enumerate(points) if math.isfinite(point[4])]
        far = [-point[4] for point in points if math.isfinite(point[4])]  # the statement, seen from the simulation
        panel.plot(places, far, ls="none", ms=7, label=role, **LOOKS[role])
    panel.set_yscale("symlog", linthresh=10, linscale=1.0)
    most_far = 2 * max([abs(p[4]) for points in series.values() for p in points if math.isfinite(p[4])] + [10.0])
    panel.set_ylim(-most_far, most_far)
    ticks = [t for t in (10, 100, 1000, 10_000, 100_000) if t <= most_far]
    panel.set_yticks([-t for t in reversed(ticks)] + [0] + ticks)
    panel.set_yticklabels([f"−{t}" for t in reversed(ticks)] + ["0"] + [str(t) for t in ticks])
    panel.minorticks_off()
    panel.set_ylabel("distance, in standard errors")
    panel.set_title("Statement against simulation")
    _point_labels(panel, [p[0] for p in series["claim"]], most)


def _floor(panel: Any, running: dict[str, Any]) -> None:
    """The distance of the two sides as samples are added: a true claim falls with the floor, a near-miss does not."""
    samples = running["samples"]
    errors = [float(error) for _, error in running["claim"]]
    floor = [errors[-1] * math.sqrt(samples[-1] / n) for n in samples]
    panel.fill_between(
        samples,
        [f / 100 for f in floor],
        [Z99 * f for f in floor],
        color="#c9dcea",
        lw=0,
        label="99 % band of the simulation",
    )
    panel.plot(samples, floor, color=QUIET, lw=1.2, label="Monte-Carlo floor: one standard error")
    for role in ("near-miss", "claim"):
        if role in running:
            panel.plot(
                samples,
                [max(gap, f / 100) for (gap, _), f in zip(running[role], floor, strict=True)],
                lw=0.8,
                ms=6,
                label=role,
                **LOOKS[role],
            )
    panel.set_xscale("log", base=2)
    panel.set_yscale("log")
    panel.set_ylim(bottom=floor[-1] / 100)
    _plain_ticks(panel.yaxis)
    panel.set_xticks(samples, [f"{n:,}".replace(",", "\u202f") for n in samples], fontsize=7.5)
    panel.minorticks_off()
    panel.set_xlabel("samples")
    panel.set_ylabel("| left side − right side |")
    panel.set_title(f"As samples are added ({_short(running['point'])})")


# --- high precision --------------------------------------------------------------------------------------


def _precision(part: Any, data: dict[str, Any]) -> None:
    left, right = part.subplots(1, 2, gridspec_kw={"width_ratios": (1.15, 1)})
    if data.get("law"):
        _law(left, data["law"], data)
    else:
        _written(left, data)
    _digits(right, data)


def _written(panel: Any, data: dict[str, Any]) -> None:
    """The digits themselves at the first points: both sides, and the near-miss from where it differs."""
    panel.axis("off")
    panel.set_title("The first 30 digits")
    missed = dict(zip(data["near_miss_points"], data["near_miss_right"], strict=True))
    told = list(zip(data["points"], data["left"], data["right"], strict=True))
    chosen = [row for row in told if missed.get(row[0], row[1]) != row[1]][:2] or told[:1]
    height = 0.92
    for where, left, right in chosen:
        panel.text(0, height, _short(where, 56), fontsize=8.5, transform=panel.transAxes, va="top")
        rows = [("left side", left, CLAIM), ("right side", right, CLAIM), ("near-miss", missed.get(where, ""), MISS)]
        for number, (name, digits, colour) in enumerate(rows, start=1):
            if digits:
                text = f"{name:<11}{digits}"
                panel.text(
                    0.02,
                    height - 0.1 * number,
                    text,
                    fontsize=8,
                    family="DejaVu Sans Mono",
                    color=colour,
                    transform=panel.transAxes,
                    va="top",
                )
        height -= 0.52


def _law(panel: Any, law: dict[str, Any], data: dict[str, Any]) -> None:
    """The right sides over the parameter, and the left side, from the givens, at the stated points."""
    name, places = law["over"], law["places"]
    lines = [line for line in law["lines"] if any(line[1])] or list(law["lines"])
    values = [v for _, right, miss in lines for v in (*right, *miss)]
    sign = -1 if all(v <= 0 for v in values) else 1
    logarithmic = all(sign * v > 0 for v in values)
    for _, right, miss in lines:
        panel.plot(places, [sign * v for v in right], color=CLAIM, lw=1.3)
        panel.plot(places, [sign * v for v in miss], color=MISS, lw=1.3, ls="--")
    labels = {label for label, _, _ in lines}
    both = (("near-miss", "near_miss_points", "near_miss_right"), ("left side, from the givens", "points", "left"))
    for name_of, where_key, value_key in both:
        found = [
            (place, sign * float(value))
            for where, value in zip(data[where_key], data[value_key], strict=False)
            if (place := _place(where, name)) is not None
            and where in data["near_miss_points"]  # the stated points, without those at the ends of the domains
            and _on_a_line(where, labels)
        ]
        look = LOOKS["near-miss"] if name_of == "near-miss" else {**LOOKS["claim"], "mfc": "white", "mew": 1.6}
        panel.plot([x for x, _ in found], [y for _, y in found], ls="none", ms=6.5, label=name_of, **look)
    panel.plot([], [], color=CLAIM, lw=1.3, label="claim")
    panel.set_xscale("log")
    panel.set_yscale("log" if logarithmic else "linear")
    for axis in (panel.xaxis, panel.yaxis) if logarithmic else (panel.xaxis,):
        _plain_ticks(axis)
    panel.set_xlabel(name)
    panel.set_ylabel("value" if sign > 0 else "− value")
    at = ", ".join(sorted(labels - {""}))
    panel.set_title(_short(f"The law, and the near-miss{f' ({at})' if at else ''}", 48))


def _plain_ticks(axis: Any) -> None:
    """`0.01`, `20` and `10⁶` on a logarithmic axis, as plain text."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = sorted(axis.get_view_interval())
    decades = math.log10(high / low) if low > 0 else 9
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 1.7 else (1,), numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _decimal(value)))
    axis.set_minor_formatter(NullFormatter())


def _decimal(value: float) -> str:
    if 1e-3 <= value < 1e4:
        return f"{value:g}"
    power = str(round(math.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{power}"


def _place(where: str, name: str) -> float | None:
    """The value of a parameter in `N = 7/2, t = 40`."""
    for part in where.split(", "):
        key, _, value = part.partition(" = ")
        if key == name:
            above, _, below = value.partition("/")
            return float(above) / float(below or 1)
    return None


def _on_a_line(where: str, labels: set[str]) -> bool:
    """Does the point lie on one of the lines that are drawn?"""
    return labels == {""} or any(set(label.split(", ")) <= set(where.split(", ")) for label in labels)


def _digits(panel: Any, data: dict[str, Any]) -> None:
    """How many digits the two sides share at each point."""
    points = list(data["points"])
    places = {where: k for k, where in enumerate(points)}
    panel.axhline(data["wanted"], color=QUIET, ls="--", lw=1, label=f"{data['wanted']} digits, which are asked for")
    panel.vlines(range(len(points)), 0, data["digits"], color=CLAIM, lw=1, alpha=0.5)
    panel.plot(range(len(points)), data["digits"], ls="none", ms=6, label="claim", **LOOKS["claim"])
    missed = [
        (places[w], d) for w, d in zip(data["near_miss_points"], data["near_miss_digits"], strict=True) if w in places
    ]
    panel.plot([x for x, _ in missed], [y for _, y in missed], ls="none", ms=6, label="near-miss", **LOOKS["near-miss"])
    panel.set_ylim(-4, None)
    panel.set_ylabel("digits")
    panel.set_title("Digits of agreement")
    _point_labels(panel, points, len(points))


# --- exact -----------------------------------------------------------------------------------------------


def _exact(part: Any, data: dict[str, Any], called: dict[str, str]) -> None:
    left, right = part.subplots(1, 2, gridspec_kw={"width_ratios": (1.25, 1)})
    pairs = data["pairs"]
    values = [v for found in pairs.values() for pair in found for v in pair[:2]]
    for role in ("claim", "facts dropped", "near-miss"):
        if found := pairs.get(role):
            left.plot(
                [r for _, r, _ in found],
                [l for l, _, _ in found],
                ls="none",
                ms=6.5,
                alpha=0.8,
                mec="white",
                mew=0.5,
                label=role,
                **LOOKS[role],
            )
    low, high = min(values), max(values)
    room = 0.06 * (high - low or 1.0)
    sizes = [abs(v) for v in values if v]
    wide = bool(sizes) and max(sizes) > 300 * min(1.0, sorted(sizes)[len(sizes) // 2])
    if wide:
        for scale in (left.set_xscale, left.set_yscale):
            scale("symlog", linthresh=1)
    left.axline((low, low), (high + room, high + room), color=QUIET, lw=1, zorder=1, label="left = right")
    left.set_xlabel("right side")
    left.set_ylabel("left side")
    left.set_title("Both sides in every finite space")
    _shares(right, pairs, called)


def _shares(panel: Any, pairs: dict[str, Any], called: dict[str, str]) -> None:
    """In how many spaces each statement holds."""
    roles = [role for role in ("claim", "near-miss", "facts dropped") if pairs.get(role)]
    for place, role in enumerate(reversed(roles)):
        found = pairs[role]
        same = sum(holds for _, _, holds in found)
        panel.barh(place, len(found), color="#e6e6e6", height=0.5)
        panel.barh(place, same, color=LOOKS[role]["color"], height=0.5)
        panel.annotate(
            f"{same} of {len(found)}", (len(found), place), xytext=(4, 0), textcoords="offset points", va="center"
        )
    panel.set_yticks(range(len(roles)), [called.get(role) or role for role in reversed(roles)])
    panel.set_xlim(0, 1.22 * max(len(found) for found in pairs.values()))
    panel.grid(axis="y", visible=False)
    panel.set_xlabel("spaces")
    panel.set_title("Where the statement holds, exactly")


def _two_points(part: Any, claim: Any, told: dict[str, Any]) -> None:
    panel = part.subplots()
    (x, a), (_, b) = ((float(by), float(target)) for by, target in told["values"])
    panel.plot([x, x], [a, b], color=CLAIM, lw=1, ls=":")
    panel.plot([x, x], [a, b], ls="none", ms=8, label="claim", **LOOKS["claim"])
    for value in (a, b):
        panel.annotate(f"{value:g}", (x, value), xytext=(9, 0), textcoords="offset points", va="center")
    panel.margins(x=1.0, y=0.3)
    panel.set_xlabel(f"${latex(claim.by)}$")
    panel.set_ylabel(f"${latex(claim.target)}$")
    panel.set_title("Two admissible points: one value across, two values up")


# --- labels ----------------------------------------------------------------------------------------------


def _short(where: str, most: int = 26) -> str:
    return where if len(where) <= most else f"{where[: most - 1].rstrip(', ')} …"


def _point_labels(panel: Any, points: Sequence[str], count: int) -> None:
    """The points below the axis by what differs among them, where there is room; else their number."""
    split = [point.split(", ") for point in points]
    common = set(split[0]).intersection(*map(set, split)) if split and len(points) > 1 else set()
    own = [", ".join(part for part in parts if part not in common) for parts in split]
    panel.set_xlim(-0.6, count - 0.4)
    if len(points) == 1:
        panel.set_xticks([0], [""])
        panel.set_xlabel(_short(points[0], 60))
    elif len(points) <= 12 and all(len(label) <= 30 for label in own):
        turned = len(points) > 1 and max(map(len, own)) * len(points) > 34
        panel.set_xticks(range(len(points)), own, rotation=30 if turned else 0, ha="right" if turned else "center")
        panel.set_xlabel(_short(", ".join(part for part in split[0] if part in common), 48))
    else:
        panel.set_xlabel("points")
        panel.set_xticks(list(range(0, len(points), max(1, len(points) // 8))))
    panel.grid(axis="x", visible=False)
