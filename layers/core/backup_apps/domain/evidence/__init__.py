"""What an auditor asks for: statements of a framework's controls, each with the facts that show it or do not."""
