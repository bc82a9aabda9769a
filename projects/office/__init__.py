"""Pages of an office: its projects, the six steps of one, its status and its sending."""
