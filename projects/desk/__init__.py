"""Pages of the review desk: the queue, one card, many at once, the dashboard, the register."""
