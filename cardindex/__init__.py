"""The index of the cards: posting lists of card numbers under terms. It knows no app and no database.

analysis    text → terms; a typed query → words and phrases
terms       the dictionary of words: inflections, completions, near forms
sort_keys   cards in order of title, of cost, on the map: buckets that split as they grow
blocks      how a posting list is stored: one blob, or blocks of 65,536 numbers when it grows
deltas      what changed since the stored rows were last compacted
postings    the posting lists of one kind in memory, small ones as bytes
doc_values  the values of a kind card by card: how a result divides
snapshot    the index at one version, renewed by what changed
matching    words → cards by tier (title, summary, text)
builder     the rows of a change, and of the whole index
"""
