"""What the page shows, as data: gathered facts in, one JSON document out."""
