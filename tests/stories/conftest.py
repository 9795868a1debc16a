from tests import pk
from tests.world import cut_off, provider, stage, stages, world  # noqa: F401 - fixtures

# each a copy of a house in which people have come so far
drafting = stage(pk.to_drafting)  # Info Satker is confirmed, Penyusunan PK is open
before_the_sheet = stage(pk.to_drafting, pk.to_making)  # Membuat Lembar PK is open
at_the_head = stage(pk.to_drafting, pk.to_making, pk.to_signing)  # Kepala Satker has the sheet
at_eselon = stage(pk.to_drafting, pk.to_making, pk.to_signing, pk.to_review)  # signed once
archived = stage(pk.to_drafting, pk.to_making, pk.to_signing, pk.to_review, pk.to_archive)
