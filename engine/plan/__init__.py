"""What will be asked, under rights and as data: plans, routes to batches, projections; no row is seen here."""
