"""Templates drawn faster, the very same pages: what a language leaves no choice about is worked out once.

`loader` reads a template anew for each language, `writing` turns its nodes into one Python function, with the
help of `values`. What it does not know is left to Django, node by node.
"""
