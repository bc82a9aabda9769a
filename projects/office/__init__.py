"""Pages of an office: its projects, the steps of one, its status, its submission, files of drafts."""
