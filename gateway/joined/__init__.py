"""Services of others in our graph, under our rights: what is joined, how it is composed, how it is asked."""
