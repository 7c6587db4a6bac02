"""Keys and rows of questionary's prompts that it does not have by itself."""

from typing import Any

from wgwizard.prompts.talk import BACK, WHY


def add_keys(application: Any, *, by_key: bool, down: str) -> None:
    """Enter that was typed ahead, which a terminal delivers as Ctrl-J; Ctrl-D, also behind a typed text; for a menu (`by_key`) ? and <.

    `down` is what ↓ puts into a line; nothing where there is nothing to put.
    """
    from prompt_toolkit.document import Document
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
    from prompt_toolkit.key_binding.key_processor import KeyPress
    from prompt_toolkit.keys import Keys

    keys = KeyBindings()

    def leave_with(key: str, **ending: Any) -> None:
        @keys.add(key, eager=True)
        def _(event: Any) -> None:
            event.app.exit(**ending)

    @keys.add("c-j", eager=True)
    def _(event: Any) -> None:
        event.key_processor.feed(KeyPress(Keys.ControlM, "\r"), first=True)

    leave_with("c-d", exception=EOFError)
    if down:

        @keys.add("down", eager=True)
        def _(event: Any) -> None:
            event.current_buffer.document = Document(down)

    if by_key:
        leave_with(WHY, result=WHY)
        leave_with(BACK, result=BACK)
    application.key_bindings = merge_key_bindings([application.key_bindings, keys])


def show_rows(application: Any) -> None:
    """Put the terminal's own cursor on the marked row, which screen readers follow (questionary hides it), and show all of its lines."""
    from prompt_toolkit.filters import Always
    from prompt_toolkit.layout import ScrollOffsets
    from questionary.prompts.common import InquirerControl

    menu = next(window for window in application.layout.find_all_windows() if isinstance(window.content, InquirerControl))
    menu.content.focusable = Always()
    menu.scroll_offsets = ScrollOffsets(bottom=max(str(choice.title).count("\n") for choice in menu.content.choices))
    application.layout.focus(menu)
