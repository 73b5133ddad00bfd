"""The reader of hostile files inside the sandbox, run as `python -m casework.evidence.media <task>`.

The evidence is its standard input; it imports no Django and is never imported by the web process, `scenes` excepted,
which other readers share. A task is `{"family", "reader", "stage", "limits"}`; stages: `facts` (measures alone),
`covers` (what a page needs at once: poster, still, a picture's copy), `copies` (what takes long, in one pass over a
video: grey clip, contact sheet, playable copy, sound apart; the pages of a PDF), `text` and `scan` (text, or pages
drawn large and grey for text recognition), `part` (one attachment of a message).

Readers are chosen by the parent from an allow-list; sizes are checked before decoding. Everything handed over is drawn
anew from pixels and samples, so that no metadata, script or trailing bytes of the original survive; only `part` hands
over bytes of the original, which arrive in the store as hostile as any upload.
"""
