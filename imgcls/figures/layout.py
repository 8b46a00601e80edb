"""What all figures have in common: type, lines, and no tool bar."""

from __future__ import annotations

from typing import Any

from imgcls.figures.colours import ink

#: As in `.streamlit/config.toml`, so that figures and page share one typeface.
FONT = "'Source Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"

#: Pass as `config=`. A figure is read, not operated: no tool bar, and the wheel scrolls the page.
PLOT_CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "doubleClick": False,
    "scrollZoom": False,
    "responsive": True,
    "showTips": False,
}


def base_layout(dark: bool) -> dict[str, Any]:
    """The layout on which every figure starts: `figure.update_layout(**base_layout(dark))`.

    `uirevision` is constant, so that sending new data does not reset what the reader has changed. `dragmode` is off,
    so that a finger on the figure scrolls the page.
    """
    colours = ink(dark)
    return {
        "font": {"family": FONT, "size": 15, "color": colours["text"]},
        "paper_bgcolor": colours["background"],
        "plot_bgcolor": colours["background"],
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": colours["surface"],
            "bordercolor": colours["grid"],
            "font": {"family": FONT, "size": 14, "color": colours["text"]},
        },
        "uirevision": "keep",
        "xaxis": _axis(colours),
        "yaxis": _axis(colours),
    }


def plain(text: object, longest: int | None = None) -> str:
    """`text` as plotly shall write it: a class called `<b>` is not markup, and a long name ends in "…".

    >>> plain("a<b")
    'a&lt;b'
    >>> plain("black-and-tan coonhound", longest=10)
    'black-and…'
    """
    words = str(text)
    if longest is not None and len(words) > longest:
        words = words[: longest - 1].rstrip() + "…"
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _axis(colours: dict[str, str]) -> dict[str, Any]:
    return {
        "automargin": True,
        "fixedrange": True,
        "gridcolor": colours["grid"],
        "gridwidth": 1,
        "linecolor": colours["grid"],
        "zeroline": False,
        "tickfont": {"size": 14, "color": colours["text"]},
        "title": {"font": {"size": 14, "color": colours["faint"]}, "standoff": 10},
    }
