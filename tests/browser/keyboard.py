"""A page worked by keyboard alone: Tab goes from control to control, and it can be seen where one is."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from tests.browser.test_data import settled

#: More presses of Tab than this nobody makes: twice round the longest page.
_MOST = 240
#: Whether an element has the focus, also inside of a component's shadow.
_HAS_FOCUS = """(wanted) => {
  let one = document.activeElement;
  while (one && one.shadowRoot && one.shadowRoot.activeElement) one = one.shadowRoot.activeElement;
  return one === wanted;
}"""
#: Whether the focus is somewhere in an element.
_HOLDS_FOCUS = "(one) => one.contains(document.activeElement)"
#: What is drawn of an element: a hidden input stands in its label.
_SHOWN = """(one) => {
  while (one && one.getBoundingClientRect().width * one.getBoundingClientRect().height < 100) one = one.parentElement;
  const { x, y, width, height } = one.getBoundingClientRect();
  return { x: Math.max(0, x - 8), y: Math.max(0, y - 8), width: width + 16, height: height + 16 };
}"""


class Keyboard:
    """No click anywhere. What had the focus once looked different with it, or `reach` fails."""

    #: Kinds of control whose focus has been looked at: once for each is enough.
    looked_at: ClassVar[set[str]] = set()

    def __init__(self, page: Any) -> None:
        self.page = page

    def reach(self, target: Any) -> None:
        """Tab until `target` has the focus."""
        target.wait_for(state="attached")
        settled(self.page)
        for _ in range(_MOST):
            if target.evaluate(_HAS_FOCUS):
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"Tab never comes to {target}")
        self._look(target)

    def _look(self, target: Any) -> None:
        kind = target.evaluate(
            "(one) => [one.tagName, one.type, one.getAttribute('role'), one.className.baseVal].join()"
        )
        if kind in self.looked_at:
            return
        self.looked_at.add(kind)
        self.page.wait_for_timeout(250)  # rings fade in
        clip = target.evaluate(_SHOWN)
        focused = self.page.screenshot(clip=clip)
        target.evaluate("(one) => one.blur()")
        self.page.wait_for_timeout(250)
        plain = self.page.screenshot(clip=clip)
        target.evaluate("(one) => one.focus()")
        assert focused != plain, f"nobody sees that {kind} has the focus"

    def press(self, name: str, key: str = "Enter") -> None:
        """A button, by Enter or the space bar."""
        self.reach(self.page.get_by_role("button", name=name, exact=True).first)
        self.page.keyboard.press(key)

    def follow(self, name: str) -> None:
        """A link on the page."""
        self.reach(self.page.get_by_role("main").get_by_role("link", name=name).first)
        self.page.keyboard.press("Enter")

    def choose(self, text: str) -> None:
        """One answer among several: Tab to the first of them, arrows to the others."""
        group = self.page.get_by_role("radiogroup").filter(has=self.page.locator("label", has_text=text)).first
        wanted = group.locator("label").filter(has_text=text).locator("input").first
        self.reach(group.locator("input").first)
        self.page.keyboard.press("Space")
        for _ in range(10):
            settled(self.page)
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"arrows never come to {text}")

    def step(self, name: str) -> None:
        """A step of the lesson."""
        self._along(self.page.get_by_role("radio", name=name).first)

    def toggle(self, name: str) -> None:
        """One of several that may be chosen together."""
        self._along(self.page.get_by_role("button", name=name, exact=True).first)

    def _along(self, wanted: Any) -> None:
        """Buttons in a row are one stop for Tab: arrows go on from there, the space bar takes one."""
        group = wanted.locator("xpath=ancestor::*[count(.//button) > 1][1]")
        for _ in range(_MOST):
            if group.evaluate(_HOLDS_FOCUS):
                break
            self.page.keyboard.press("Tab")
        for key in ["ArrowRight"] * 10 + ["ArrowLeft"] * 10:
            if wanted.evaluate(_HAS_FOCUS):
                self._look(wanted)
                self.page.keyboard.press("Space")
                settled(self.page)
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"arrows never come to {wanted}")

    def slide(self, label: str, key: str) -> None:
        self.reach(self.page.get_by_role("slider", name=label))
        self.page.keyboard.press(key)

    def number(self, label: str, value: str) -> None:
        self.reach(self.page.get_by_role("spinbutton", name=label, exact=True).first)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(value)
        self.page.keyboard.press("Enter")

    def select(self, label: str, option: str) -> None:
        """One of a list, found by writing what it is called."""
        self.reach(self.page.get_by_role("combobox", name=re.compile(re.escape(label))).first)
        self.page.keyboard.type(option)
        self.page.get_by_role("option").first.wait_for()
        self.page.keyboard.press("Enter")
        settled(self.page)

    def thumbnail(self, group: str, *keys: str) -> None:
        """A picture of a grid: one stop, arrows go on from there, Enter takes it."""
        self.reach(self.page.get_by_role("group", name=group).locator("button.cell[tabindex='0']"))
        for key in (*keys, "Enter"):
            self.page.keyboard.press(key)
        settled(self.page)

    def word(self, title: str) -> str:
        """What a word says that opens in place; it is closed again."""
        self.reach(self.page.get_by_role("button", name=re.compile(f"^{re.escape(title)}")).first)
        self.page.keyboard.press("Enter")
        body = self.page.locator("[data-testid=stPopoverBody]").last
        body.wait_for()
        said = str(body.inner_text())
        self.page.keyboard.press("Escape")
        body.wait_for(state="detached")
        return said
