"""Documents about patients, as they stand with their records: how they are found, and how certificates are issued."""
