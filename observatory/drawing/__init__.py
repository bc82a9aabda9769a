"""Templates drawn faster, the very same pages: what a language leaves no choice about is worked out once.

`loader` reads a template anew for each language, `nodes` and `writing` turn it into one Python function, with
the help of `values`. What they do not know is left to Django, node by node.
"""
