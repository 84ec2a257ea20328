"""Acts on patients: what is asked for, judged on rows that are held, and left with its event and its entry."""
