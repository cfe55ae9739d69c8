"""A picture of curves on logarithmic scales, side by side, as SVG."""

import math

WIDTH, HEIGHT = 360, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 32, 34, 44


def ticks(values):
    """Powers of ten that enclose the values; where that is a decade or less, halves and fifths too."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    tens = [10.0 ** k for k in range(low, max(high, low + 1) + 1)]
    if len(tens) > 2:
        return tens
    finer = sorted(ten * part for ten in tens for part in (1, 2, 5))
    first = max(tick for tick in finer if tick <= min(values) * (1 + 1e-9))
    last = min(tick for tick in finer if tick >= max(values) * (1 - 1e-9) and tick > first)
    return [tick for tick in finer if first <= tick <= last]


def number(value):
    """Three digits, without an exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def panel(title, points, unit, offset):
    """One curve with a grid of decades and its values."""
    across, up = ticks([x for x, _ in points]), ticks([y for _, y in points])
    inner = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def share(value, marks):
        return math.log(value / marks[0]) / math.log(marks[-1] / marks[0])

    def place(x, y):
        return (offset + LEFT + inner[0] * share(x, across), TOP + inner[1] * (1 - share(y, up)))

    parts = [f'<text class="title" x="{offset + LEFT}" y="20">{title}</text>']
    for tick in across:
        x, _ = place(tick, up[0])
        parts += [f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{TOP + inner[1]}"/>',
                  f'<text x="{x:.1f}" y="{TOP + inner[1] + 16}" text-anchor="middle">{number(tick)}</text>']
    for tick in up:
        _, y = place(across[0], tick)
        right = offset + LEFT + inner[0]
        parts += [f'<line class="grid" x1="{offset + LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>',
                  f'<text x="{offset + LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number(tick)}</text>']
    places = [place(x, y) for x, y in points]
    parts.append('<polyline class="curve" points="'
                 + " ".join(f"{x:.1f},{y:.1f}" for x, y in places) + '"/>')
    for (x, y), (_, value) in zip(places, points):
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>',
                  f'<text class="value" x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">'
                  f"{number(value)}</text>"]
    middle = offset + LEFT + inner[0] / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{unit}</text>')
    return parts


def picture(panels, unit):
    """Panels of (title, [(x, y), …]) with x in one unit. Colours follow the viewer's scheme."""
    width = WIDTH * len(panels)
    words = "; ".join(
        f"{title}: " + ", ".join(f"{number(y)} at {number(x)} {unit}" for x, y in points)
        for title, points in panels)
    style = (
        "text{font:11px system-ui,sans-serif;fill:#444}.title{font-size:13px;fill:#111}"
        ".value{fill:#1a5fb4}.grid{stroke:#ddd}.back{fill:#fff}"
        ".curve{fill:none;stroke:#1a5fb4;stroke-width:2}circle{fill:#1a5fb4}"
        "@media(prefers-color-scheme:dark){text{fill:#bbb}.title{fill:#eee}.value{fill:#8ab4f8}"
        ".grid{stroke:#333}.back{fill:#16181c}.curve{stroke:#8ab4f8}circle{fill:#8ab4f8}}")
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img">',
        f"<title>{words}</title>", f"<style>{style}</style>",
        f'<rect class="back" width="{width}" height="{HEIGHT}"/>']
    for index, (title, points) in enumerate(panels):
        lines += panel(title, points, unit, index * WIDTH)
    return "\n".join([*lines, "</svg>"]) + "\n"
