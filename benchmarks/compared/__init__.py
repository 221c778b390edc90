"""Holds partway and its peers side by side over the inputs that streams are known to go wrong on.

Run `python -m benchmarks.compared` in the project's folder; `--write docs/compared.md` makes the page anew. Whatever
the page says of a peer was recorded in that run: a peer that is not there is left out, with the reason.

`cases` holds the inputs and what counts as a failure, as a function of what was shown, `models` their types. `story`
says what is recorded, `peers` and `foreign` drive the peers (the latter have types of their own, or run on node),
`page` prints.

The method: everyone is given the same text, character by character, and what is shown is recorded after each one. A
peer that keeps state is fed; a peer that reads the text so far anew is called with it. A case says between which
characters it looks, and judges each of these moments; the worst one counts.
"""
