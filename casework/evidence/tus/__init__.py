"""The tus 1.0 protocol for resumable uploads (https://tus.io/protocols/resumable-upload), for pages and programs alike.

Extensions: creation, creation-with-upload, checksum, termination, expiration. Deferred length is not offered.
"""
