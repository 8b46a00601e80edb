"""The colours of every figure: Okabe and Ito's hues, on light paper and on dark.

The published palette is made for white paper and large areas. Its yellow, orange and sky blue are darkened here until
they stand out from our paper by 3 : 1, and on dark the same hues are lightened. The steps in lightness keep classes
apart for readers who do not see red and green apart. A brown and a grey follow the eight, because most data sets have
ten classes.

Okabe, M. and Ito, K. (2008), Color universal design: https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

#: The page behind the figures, as in `.streamlit/config.toml`.
PAPER_LIGHT, PAPER_DARK = "#FCFBF8", "#14171A"

CLASS_COLOURS_LIGHT = (
    "#0072B2",  # blue
    "#D55E00",  # vermillion
    "#009E73",  # bluish green
    "#B8609A",  # reddish purple
    "#8C6500",  # orange
    "#3E93D1",  # sky blue
    "#5A5E00",  # yellow
    "#1B1F24",  # black
    "#7A3B2E",  # brown
    "#6B7280",  # grey
)

CLASS_COLOURS_DARK = (
    "#3B98D7",
    "#E8825A",
    "#4DBB97",
    "#F593CA",
    "#ECA50A",
    "#8ED4FF",
    "#A89C1E",
    "#E8E6E1",
    "#E9BFA0",
    "#858B96",
)

_INK_LIGHT = {
    "background": "rgba(0,0,0,0)",
    "paper": PAPER_LIGHT,
    "surface": "#F1EFE9",
    "text": "#1B1F24",
    "faint": "#5C636B",
    "grid": "#D9D5CB",
    "muted": "#8B9097",
    "accent": "#1F5FBF",
    "mistake": "#B84A00",
}

_INK_DARK = {
    "background": "rgba(0,0,0,0)",
    "paper": PAPER_DARK,
    "surface": "#1E2327",
    "text": "#E8E6E1",
    "faint": "#A3A8AE",
    "grid": "#353B40",
    "muted": "#6F777F",
    "accent": "#7DB1FF",
    "mistake": "#FFA366",
}


def ink(dark: bool) -> dict[str, str]:
    """The colours that are not classes.

    `background` is transparent, `paper` is the page behind it, `surface` an empty cell on it; `text`, and `faint`
    for second-rank text; `grid` for thin lines; `accent` for the one thing to look at and `muted` for the others;
    `mistake` wherever the network is wrong.
    """
    return dict(_INK_DARK if dark else _INK_LIGHT)


def class_colours(count: int, dark: bool) -> list[str]:
    """One colour per class, the same on every page; beyond ten classes they start again.

    >>> class_colours(2, dark=False)
    ['#0072B2', '#D55E00']
    """
    palette = CLASS_COLOURS_DARK if dark else CLASS_COLOURS_LIGHT
    return [palette[index % len(palette)] for index in range(count)]


def mix(start: str, end: str, share: float) -> str:
    """The colour `share` of the way from `start` to `end`.

    >>> mix("#000000", "#FFFFFF", 0.5)
    '#808080'
    """
    pairs = zip(_channels(start), _channels(end), strict=True)
    return "#" + "".join(f"{round(255 * (a + (b - a) * share)):02X}" for a, b in pairs)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2: 1 for equal colours, 21 for black on white.

    >>> round(contrast("#000000", "#FFFFFF"))
    21
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(background: str) -> str:
    """Black or white, whichever stands out more: at least 4.5 : 1 on every background.

    >>> readable("#878787"), readable("#1F5FBF")
    ('#000000', '#FFFFFF')
    """
    return max("#000000", "#FFFFFF", key=lambda colour: contrast(colour, background))


def _channels(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
