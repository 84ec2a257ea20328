"""What was asked, before rights are known: documents, variables, arguments, selections; no plan is made here."""
