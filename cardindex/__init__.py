"""The index of the cards: sets of numbers under words and codes. It knows bytes, no app and no database.

words       text → folded words; what a typed text asks for
dictionary  the written forms the index holds: inflections, completions, slips of the pen
orders      cards in order of title, of cost, on the map: buckets that split as they grow
blocks      how a set is stored: one blob, cut in blocks when it grows
deltas      what changed since the stored sets were last written
sets        the sets of one kind in memory, small ones as bytes
columns     the values of a kind card by card: how a result divides
snapshot       the sets a process keeps in memory, renewed by what changed
matching    words → sets by tier (title, summary, text)
building    the rows of a change, and of the whole index at once
"""
