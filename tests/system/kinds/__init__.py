"""Each strategy on each kind of host that can be run here: what works there, live."""
