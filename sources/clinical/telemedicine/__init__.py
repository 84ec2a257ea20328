"""Sessions of telemedicine (телемедицинские консультации), as the clinical store has them, and nobody else."""
