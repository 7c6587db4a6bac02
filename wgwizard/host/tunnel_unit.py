"""Where another program than wg-quick makes the tunnel: our unit, which switches it on and needs the rules: no rules, no tunnel; pure."""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from wgwizard.host.layout import Layout
from wgwizard.render.artefact import Artefact
from wgwizard.render.forms import header

_AFTER = "ExecStartPost="


def with_unit(artefacts: Mapping[str, Artefact], layout: Layout, unit: Callable[[str], str]) -> tuple[dict[str, Artefact], Artefact]:
    """The host's files with a unit in the place of the drop-in of wg-quick's, by whose text `unit` makes it; and wg-quick's file."""
    quick = Layout(layout.interface)
    found = dict(artefacts)
    conf, drop_in, rules = found.pop(quick.tunnel), found.pop(quick.drop_in), found[layout.rules_unit_file]
    found[layout.drop_in] = Artefact(conf.node, layout.drop_in, "0644", unit(drop_in.text))
    found[rules.path] = replace(rules, text=rules.text.replace(quick.tunnel_unit, layout.tunnel_unit))
    return found, conf


def tunnel_unit(drop_in: str, layout: Layout, service: str, starts: Sequence[str], stop: str) -> str:
    """What wg-quick's unit does with our drop-in, by these commands, once this service runs."""
    lines = [
        *header(drop_in),
        "[Unit]",
        f"Description=WireGuard tunnel {layout.interface}, which {layout.owner} makes",
        f"Requires={layout.rules_unit}",
        f"After={layout.rules_unit} {service}",
        "",
        "[Service]",
        "Type=oneshot",
        "RemainAfterExit=yes",
        "TimeoutStartSec=20",
        *(f"ExecStart={command}" for command in starts),
        *(line for line in drop_in.splitlines() if line.startswith(_AFTER)),
        f"ExecStop=-{stop}",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"
