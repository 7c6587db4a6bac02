"""Draws docs/wizard.svg for the README: `python -m tests.screens.shoot`, the recommendation for a small office."""

import asyncio
import os
import re
from pathlib import Path

from screens.app import WizardApp
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools

PICTURE = Path(__file__).parents[2] / "docs" / "wizard.svg"
OFFICE = {
    "version": 1,
    "name": "office",
    "site": {"networks": ["192.168.1.0/24"], "routes": ["router", "dhcp"]},
    "host": {"addresses": ["192.168.1.10/24"], "endpoint": "vpn.example.com:51820", "ssh": "admin@192.168.1.10"},
    "points": [{"name": "laptop"}, {"name": "phone", "platform": "android"}],
    "needs": {"opens": "points", "tell_points_apart": False},
}


async def shoot() -> None:
    """Open the page of the recommendation and draw it."""
    app = WizardApp(Draft(OFFICE), Tools(), begin_at="strategy")
    app.reached = 5
    async with app.run_test(size=(120, 34)) as pilot:
        await pilot.pause()
        PICTURE.parent.mkdir(exist_ok=True)
        # Without the fonts that Rich would have browsers fetch from elsewhere.
        PICTURE.write_text(re.sub(r"@font-face \{.*?\}\n", "", app.export_screenshot(), flags=re.DOTALL))


if __name__ == "__main__":
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    asyncio.run(shoot())
