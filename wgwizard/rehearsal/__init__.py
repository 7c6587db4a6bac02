"""The replica of a site in network namespaces: what the plan predicts is measured there."""
