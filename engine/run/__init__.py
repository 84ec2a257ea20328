"""Running a plan: which batch is asked for which keys, and which rows came; no part of an answer is made here."""
