"""How people ask the register to enter, correct or tie them, and how a personnel officer decides; contacts too."""
