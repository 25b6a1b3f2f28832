"""What a change does to protection: its class, the reasons, what it reaches and what it leaves behind."""
