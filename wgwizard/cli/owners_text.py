"""What is left to the owners of the points, as text for people. Pure."""

from wgwizard.owners import LINUX, form_steps, owner_steps
from wgwizard.render.forms import Form
from wgwizard.site import Site


def owners_text(site: Site) -> str:
    """What is left to the owners of the points, each with their steps."""
    return "\n".join("\n".join([f"{point.name}:", *(f"  {step}" for step in owner_steps(site, point))]) for point in site.points)


def form_text(site: Site, form: Form) -> str:
    """What the owners of Linux points do with files in this form."""
    steps = {point.name: form_steps(site, point, form) for point in site.points if point.platform == LINUX}
    return "\n".join("\n".join([f"{name}:", *(f"  {step}" for step in lines)]) for name, lines in steps.items())
