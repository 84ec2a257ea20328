"""What reports count: encounters, week by week, without a patient's name or key. Rows of patients are not read here."""
