"""The local provider: a TTE provider for trials, real in all but the authority.

A program of its own (`python -m service_tasks.tte.provider`), which imports nothing of `app`. It speaks version 1
of the API of the eSign Client Service (BSrE), with a certificate authority and a time stamping authority made on
its first start. Its signatures are worth nothing in law.
"""
