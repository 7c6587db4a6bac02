"""When the wizard has nothing left to do: told by the event loop, where Textual's own pilot waits for 20 ms without work at every key."""

import asyncio

from textual.app import App


async def settled(*_: float) -> bool:
    """Until no task can go on without a timer, a thread or the person; takes the arguments of `textual._wait.wait_for_idle`."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    await asyncio.sleep(0)
    while ready:
        await asyncio.sleep(0)
    return True


async def painted(app: App[None]) -> None:
    """Until what changed is laid out and drawn, and what followed from that, too."""
    for _ in range(3):
        await settled()
        app.screen._on_timer_update()
    await settled()
