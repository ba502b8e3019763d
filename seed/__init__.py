"""The real start data of the portal (units, emulation catalogues, rules, periods) and its demonstration vocabulary."""
