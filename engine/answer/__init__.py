"""From rows to the answer: values completed, connections, paths of errors, JSON; no batch is asked here."""
