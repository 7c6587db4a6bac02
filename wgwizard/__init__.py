"""wgwizard: describe a site, get a WireGuard strategy with reasons, see every rule, put it on Host β."""

__version__ = "0.1.0"
