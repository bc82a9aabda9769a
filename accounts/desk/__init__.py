"""Pages of people and bodies: adhesions and members for staff, colleagues for a body's manager."""
