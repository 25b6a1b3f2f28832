"""Which policy applied, who set it, what came of it: from a line in a file to a restore that was verified."""
