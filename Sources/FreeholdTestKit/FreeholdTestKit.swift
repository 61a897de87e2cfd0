enum FreeholdTestKitDraft {}
