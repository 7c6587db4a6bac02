"""What each point's owner has to do, in the words of their system; and who has arrived."""

from collections.abc import Mapping

from textual.content import Content

from wgwizard.owners import handshake_text, host_steps, opened_by_site, owner_steps, site_steps
from wgwizard.plan import Plan
from wgwizard.render.artefact import Bundle
from wgwizard.site import Site


def what_to_do(plan: Plan, bundle: Bundle) -> list[Content]:
    """A few lines for Host β, for the site, and for each point: whether its file can be used yet, and what its owner does with it."""
    site = plan.site
    lines = _block("What to do on Host β", host_steps()) if site.host.ssh is None else []
    lines += _block("What to set at the site (the folder router says how)", site_steps(plan))
    lines += _block("What computers at the site open", opened_by_site(plan))
    lines.append(Content.styled("What each point's owner does now", "bold"))
    for point in site.points:
        lines.append(Content.assemble(("  " + point.name, "bold"), f"   {point.platform}"))
        missing = dict.fromkeys(lack for artefact in bundle.of(point.name) for lack in artefact.missing)
        if missing:
            lines.append(Content(f"    ○ its file is not complete yet, missing: {', '.join(missing)}"))
            lines += [Content(f"      {way}") for way in _completing(site) if "host.public_key" in missing]
            continue
        lines += [Content(f"    {step}") for step in owner_steps(site, point)]
    return lines


def _block(heading: str, steps: tuple[str, ...]) -> list[Content]:
    """Steps under a heading; nothing where there are none."""
    return [Content.styled(heading, "bold"), *(Content(f"  {step}") for step in steps), Content("")] if steps else []


def _completing(site: Site) -> tuple[str, str]:
    """How β's public key becomes known."""
    made = "go back and apply" if site.host.ssh is not None else "say how to log in to it, and apply"
    return (f"Host β makes its key when the plan is applied: {made};", "or let the key be made here (Host β, More questions)")


def waiting_text(site: Site, keys: Mapping[str, str], seen: Mapping[str, float | None]) -> str:
    """Who has shaken hands, and when; keys are by point's name, `seen` by public key in seconds."""
    rows = [handshake_text(point.name, seen.get(keys.get(point.name, ""))) for point in site.points]
    return "\n".join(["Handshakes", *(f"  {row}" for row in rows)])
