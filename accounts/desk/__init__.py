"""Pages of people: bodies and members for staff, colleagues and API tokens for managers, invitations."""
