"""How a person works a page: with the mouse, or with the keyboard alone."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator, Page

MOST_TABS = 400


class Hands(Protocol):
    """What a person can do to a control."""

    def press(self, page: Page, control: Locator) -> None: ...

    def fill(self, page: Page, control: Locator, text: str) -> None: ...

    def choose(self, page: Page, control: Locator, label: str) -> None: ...

    def tick(self, page: Page, control: Locator) -> None: ...

    def attach(self, page: Page, control: Locator, file: Path) -> None: ...


class Mouse:
    """Clicks and fills."""

    def press(self, page: Page, control: Locator) -> None:
        control.click()

    def fill(self, page: Page, control: Locator, text: str) -> None:
        control.fill(text)

    def choose(self, page: Page, control: Locator, label: str) -> None:
        control.select_option(label=label)

    def tick(self, page: Page, control: Locator) -> None:
        control.check()

    def attach(self, page: Page, control: Locator, file: Path) -> None:
        control.set_input_files(file)


class Keyboard:
    """Tab, arrows, space, Enter and typing; the mouse is never touched."""

    def reach(self, page: Page, control: Locator) -> None:
        """Press Tab until the control has the focus, as one who cannot use a mouse must."""
        control.wait_for(state="attached")
        for _ in range(MOST_TABS):
            if control.evaluate("e => e === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {control}")

    def press(self, page: Page, control: Locator) -> None:
        self.reach(page, control)
        page.keyboard.press("Enter")

    def fill(self, page: Page, control: Locator, text: str) -> None:
        self.reach(page, control)
        page.keyboard.press("ControlOrMeta+A")
        if text:
            page.keyboard.type(text)
        else:
            page.keyboard.press("Delete")

    def choose(self, page: Page, control: Locator, label: str) -> None:
        self.reach(page, control)
        page.keyboard.press("Home")
        for _ in range(MOST_TABS):
            if control.evaluate("e => e.options[e.selectedIndex].label") == label:
                return
            page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows never reach {label}")

    def tick(self, page: Page, control: Locator) -> None:
        self.reach(page, control)
        page.keyboard.press("Space")

    def attach(self, page: Page, control: Locator, file: Path) -> None:
        self.reach(page, control)
        with page.expect_file_chooser() as waiting:
            page.keyboard.press("Space")
        waiting.value.set_files(file)
