enum FreeholdDraft {}
