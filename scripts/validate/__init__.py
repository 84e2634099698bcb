"""Independent validators over generated repositories: programs that know nothing of stackwright."""
