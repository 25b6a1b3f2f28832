"""What use cases need of the world, as protocols. Adapters keep them on AWS; tests keep them in memory."""
