"""How fast it is: `make bench`. Each figure stands beside its limit or its peer, both of one run."""
