"""Questions about what the people want, and the one with which they overrule the recommendation."""

from wgwizard.questions.model import NOT_SURE, YES_NO, YES_NO_UNSURE, Choice, Group, Kind, Question
from wgwizard.questions.when import opened_by_points, opened_by_site

OPENS = Question(
    id="needs.opens",
    kind=Kind.CHOICE,
    prompt="Who opens things through the tunnel?",
    word="opens",
    usual="points",
    choices=(
        Choice("points", "The points open things at the site", "a laptop opens the NAS"),
        Choice("site", "The site opens things on the points", "the office opens a device's page"),
        Choice("both", "Both"),
        NOT_SURE,
    ),
    why="It is what decides most: each strategy carries connections one way or both, whoever dials to build the tunnel. "
    "There is nothing to look up with a command; think of who clicks, and where the page, the share or the screen comes from (`ss -tn` "
    "shows who called whom). When unsure, it is the points for nearly everyone.",
)
TELL_APART = Question(
    id="needs.tell_points_apart",
    kind=Kind.YES_NO_UNSURE,
    prompt="Must computers at the site see which point is calling?",
    word="source address",
    usual="no",
    choices=YES_NO_UNSURE,
    why="If they must, the points' own addresses have to arrive there, and the site needs a route; if not, Host β can stand in "
    "for all of them. Look whether a log (`journalctl -u ssh`) or a rule at the site asks for addresses. When unsure, say "
    "no.",
    when=opened_by_points,
)
AS_HOST = Question(
    id="needs.site_clients_seen_as_host",
    kind=Kind.YES_NO,
    prompt="Should the points see only Host β's address as the caller?",
    word="masquerade",
    default="no",
    choices=YES_NO,
    why="Some devices answer only to one known address; then Host β can stand in for the site's computers. Look in the device's "
    "own list of allowed addresses, or on Linux at `nft list ruleset`. When unsure, say no.",
    when=opened_by_site,
)
OVERRULE = Question(
    id="strategy",
    kind=Kind.CHOICE,
    prompt="Which way do you want?",
    word="strategy",
    default="auto",
    choices=(
        Choice("auto", "The recommended one"),
        Choice("masquerade", "Masquerade", "Host β stands in for the points with its own address (SNAT)"),
        Choice("forward", "Port forward", "ports of Host β lead to services of the points (DNAT)"),
        Choice("masquerade+forward", "Masquerade and port forward", "Host β stands in for the points, and its ports lead to theirs"),
        Choice("gateway", "Site gateway", "no translation (NAT): the site learns a route to the points"),
        Choice("gateway+forward", "Site gateway and port forward", "no translation (NAT), and ports of Host β lead to the points"),
    ),
    why="The recommendation follows from your answers, and its reasons are on this page. `wgwizard recommend SITE.yaml` prints "
    "them again. When unsure, leave it at the recommended one.",
)

NEEDS = Group(
    name="needs",
    title="Needs",
    about="What should work once the tunnel is up?",
    questions=(OPENS, TELL_APART, AS_HOST),
)
STRATEGY = Group(
    name="strategy",
    title="Strategy",
    about="What the answers lead to.",
    questions=(OVERRULE,),
)
