"""What people ask of the register of themselves: to be found in it, entered, corrected, tied to an organisation."""
