"""The reference executor: graphql-core with a resolver for each field; it knows nothing of plans that are run."""
