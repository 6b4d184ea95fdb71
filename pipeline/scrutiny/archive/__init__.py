"""Many reports: a ledger of what is done, processes that read under limits, and the files of an output folder.

:func:`scrutiny.archive.extraction.extract` is the way in.
"""
