"""The one small style sheet, for what the theme in `.streamlit/config.toml` cannot say, and the reader's theme.

Streamlit paints its own widgets anew when the reader changes the theme, but does not run the page again, so that
figures would keep dark text on a page that has become dark. A component without a face watches for the change and
asks for a run. It also tells the browser which language the page is in: screen readers choose the voice by it, and
browsers the shapes of Chinese characters. And it lets the keyboard into what can be scrolled sideways: long formulas
and wide tables on a phone.
"""

from __future__ import annotations

import streamlit as st

from imgcls.figures.colours import PAPER_DARK, ink
from pages.components.words import language

_STYLE = """
<style>
/* white on the dark theme's light blue is hard to read: 2.2 : 1 */
[data-testid^="stBaseButton-primary"]:not(:disabled), [data-testid^="stBaseButton-primary"]:not(:disabled) p,
[data-testid="stMultiSelect"] [data-tag], [data-testid="stMultiSelect"] [data-tag] * {
  color: %(on_accent)s;
}
/* small type at 60 %% opacity is too faint on our paper */
[data-testid="stCaptionContainer"] { opacity: 0.78; }
[data-testid="stCaptionContainer"]:has(a) { opacity: 1; } /* a faint link fails contrast */
/* numbers that change while one watches keep their width */
[data-testid="stMetricValue"], [data-testid="stMetricDelta"], .js-plotly-plot text {
  font-variant-numeric: tabular-nums;
}
[data-testid="stMetricValue"] { line-height: 1.4; } /* Chinese type is taller: the row must not move */
/* nothing scrolls sideways: long words break, wide pictures shrink */
[data-testid="stMarkdownContainer"] { overflow-wrap: anywhere; }
[data-testid="stMain"] img { max-width: 100%%; }
/* what is chosen stays as it is under the mouse: one shade darker, its words were too faint */
[data-testid="stButtonGroup"] button[data-variant][data-selected="true"][data-hovered="true"] {
  background-color: color-mix(in srgb, %(accent)s 10%%, %(paper)s);
}
/* slanted letters reach two pixels out of their box: without room for them every formula could be scrolled */
.katex-display > .katex { padding-inline: 3px; }
/* our own pictures: components/picture.py */
figure.picture { margin: 0; }
figure.picture img { display: block; width: 100%%; border-radius: 0.4rem; }
figure.picture figcaption { margin-top: 0.4rem; font-size: 0.875rem; opacity: 0.78; text-align: center; }
/* titles break into lines of like length, Chinese ones between phrases */
h1, h2, h3 { text-wrap: balance; word-break: auto-phrase; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-left: 1rem; padding-right: 1rem; }
}
/* Streamlit's own Stop ends the drawing of a page: beside the Stop of a training it would be taken for that one */
[data-testid="stStatusWidget"] button { display: none; }
/* the component without a face takes no room */
.st-key-reader { position: absolute; }
</style>
"""

_WATCH = """
export default function ({ parentElement, data, setTriggerValue }) {
  document.documentElement.lang = data.lang;
  const app = document.querySelector('[data-testid="stApp"]');
  const isDark = () => getComputedStyle(app).colorScheme === 'dark';
  // what was told is kept here and not taken from `data` again: should Python disagree, it is asked once, not for ever
  const watch = (parentElement.watch ??= { told: data.dark });
  watch.check = () => {
    if (isDark() === watch.told) return;
    watch.told = isDark();
    setTriggerValue('theme', watch.told ? 'dark' : 'light');
  };
  watch.observer ??= new MutationObserver(() => watch.check());
  watch.observer.observe(app, { attributes: true, attributeFilter: ['class'] });
  watch.check();
  const reach = () => {
    watch.timer = 0;
    for (const box of document.querySelectorAll('.katex-display, [data-testid="stTable"], [data-testid="stTable"] div'))
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  };
  const later = () => { watch.timer ||= setTimeout(reach, 200); };   // pages are drawn in many small steps
  watch.grown ??= new MutationObserver(later);
  watch.grown.observe(app, { childList: true, subtree: true });
  later();
  return () => { watch.observer.disconnect(); watch.grown.disconnect(); };
}
"""

# at import, hence once per process: registering is not part of a script run
_reader = st.components.v2.component("imgcls_reader", js=_WATCH)

_LANGUAGE_TAGS = {"zh_CN": "zh-CN"}


def apply_style() -> None:
    """Put the style sheet on the page; once per run, in `app.py`."""
    colours = ink(is_dark())
    on_accent = PAPER_DARK if is_dark() else "#FFFFFF"
    st.html(_STYLE % {"on_accent": on_accent, "accent": colours["accent"], "paper": colours["paper"]})
    tag = _LANGUAGE_TAGS.get(language(), language())
    _reader(key="reader", data={"dark": is_dark(), "lang": tag}, on_theme_change=lambda: None)


def is_dark() -> bool:
    """Whether the reader sees the dark theme; False until the browser has said so."""
    return st.context.theme.type == "dark"
