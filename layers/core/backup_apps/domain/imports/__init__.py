"""From backup plans as AWS has them to a bundle that renders the same plans."""
