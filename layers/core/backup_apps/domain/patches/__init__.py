"""From drift that is to stay to an edit of the policy files that asks for it."""
