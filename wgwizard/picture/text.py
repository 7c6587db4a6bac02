"""The picture as plain text, in `wgwizard plan` and on the documentation's pages; pure."""

from wgwizard.picture.canvas import Charset, text_of
from wgwizard.picture.layout_boxes import boxes
from wgwizard.picture.scene import scene_of_plan, scene_of_site
from wgwizard.plan.model import Plan
from wgwizard.site import Site


def render_text(known: Site | Plan, width: int = 78, charset: Charset = Charset.UNICODE, *, height: int = 24) -> str:
    """The picture as plain text of at most `height` lines of `width` signs, as in `wgwizard plan` and on the documentation's pages.

    Of a Site without a strategy, whole or with gaps, or of a Plan with what its strategy does.
    """
    scene = scene_of_plan(known) if isinstance(known, Plan) else scene_of_site(known)
    return text_of(boxes(scene, width, height, charset))
