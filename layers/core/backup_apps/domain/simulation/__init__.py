"""What a bundle makes of time: the recovery points of any day, what a loss would leave of them, what they cost."""
