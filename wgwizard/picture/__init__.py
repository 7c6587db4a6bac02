"""The picture of the network: from a site that is not whole yet or from a plan to lines of styled spans, in any size; pure.

`scene_of_site` and `scene_of_plan` take what is known, `draw` draws it. Nothing is raised, and no line is longer than the width.
"""

from collections.abc import Callable

from wgwizard.picture.canvas import Charset, Line, Span, Style, text_of
from wgwizard.picture.layout_boxes import boxes
from wgwizard.picture.layout_flat import flat
from wgwizard.picture.layout_tall import tall
from wgwizard.picture.scene import Scene, scene_of_plan, scene_of_site
from wgwizard.plan.model import Plan
from wgwizard.site import Site

__all__ = [
    "Charset",
    "Layout",
    "Line",
    "Scene",
    "Span",
    "Style",
    "boxes",
    "flat",
    "render_text",
    "scene_of_plan",
    "scene_of_site",
    "tall",
    "text_of",
]

Layout = Callable[[Scene, int, int, Charset], tuple[Line, ...]]


def render_text(known: Site | Plan, width: int = 78, charset: Charset = Charset.UNICODE, *, height: int = 24) -> str:
    """The picture as plain text of at most `height` lines of `width` signs, as in `wgwizard plan` and on the documentation's pages.

    Of a Site without a strategy, whole or with gaps, or of a Plan with what its strategy does.
    """
    scene = scene_of_plan(known) if isinstance(known, Plan) else scene_of_site(known)
    return text_of(boxes(scene, width, height, charset))
