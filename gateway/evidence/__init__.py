"""What proves itself later: read journal, packages of the chain, seals; no operation is executed here."""
